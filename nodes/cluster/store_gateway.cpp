#include <zzz_jobs/nodes/cluster/store_gateway.hpp>

#include <zzz_jobs/nodes/cluster/store_visit.hpp>
#include <zzz_jobs/nodes/cluster/store_wire.hpp>

#include <caf/all.hpp>

#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace zzz_jobs::node {
namespace {

constexpr std::size_t key_bytes_max = 100;

std::string random_text() {
  std::random_device random;
  std::string text;
  for (int i = 0; i < 4; ++i)
    text += std::to_string(random());
  return text;
}

} // namespace

/// Who is here. Shared with the visits, and with a gatekeeper that may call later.
struct StoreGateway::Lobby {
  Lobby(caf::actor_system& in, AnySupervisor& of, Setting with)
    : system(in), host(of), setting(with) {}

  struct Visitor {
    std::string visit{};
    caf::actor actor{};
  };

  caf::actor_system& system;
  AnySupervisor& host;
  const Setting setting;
  mutable std::mutex mutex{};                ///< for what follows
  std::map<std::string, Visitor> visitors{}; ///< by the guest's key
  std::map<std::set<std::string>, std::weak_ptr<const std::unordered_set<std::string>>> workers{};
  bool closed = false;

  /// Equal sets of workers share what a store learns for them.
  KnownWorkers one_of(KnownWorkers known) {
    const std::lock_guard lock{mutex};
    auto& kept = workers[{known->begin(), known->end()}];
    if (auto same = kept.lock())
      return same;
    kept = known;
    std::erase_if(workers, [&](const auto& entry) { return entry.second.expired(); });
    return known;
  }
};

StoreGateway::StoreGateway(caf::actor_system& system, AnySupervisor& supervisor, Setting setting)
  : lobby_(std::make_shared<Lobby>(system, supervisor, setting)) {}

StoreGateway::StoreGateway(caf::actor_system& system, AnySupervisor& supervisor)
  : StoreGateway(system, supervisor, Setting{}) {}

StoreGateway::~StoreGateway() {
  std::vector<caf::actor> visits;
  {
    const std::lock_guard lock{lobby_->mutex};
    lobby_->closed = true;
    for (const auto& [key, visitor] : lobby_->visitors)
      visits.push_back(visitor.actor);
  }
  caf::scoped_actor self{lobby_->system, true};
  for (const auto& visit : visits)
    end_visit(visit);
  for (const auto& visit : visits)
    self->wait_for(visit);
}

std::size_t StoreGateway::guests() const {
  const std::lock_guard lock{lobby_->mutex};
  return lobby_->visitors.size();
}

SessionFactory StoreGateway::factory() const {
  return [lobby = lobby_](const Hello& hello, const caf::actor& client) -> Session {
    const auto guest = guest_hello_from(hello.details);
    if (guest.protocol != store_protocol)
      throw Error{errc::unsupported,
                  "gateway: it speaks version " + std::to_string(store_protocol)
                    + " of the store's protocol, not " + std::to_string(guest.protocol)};
    check_name("guest's key", guest.key, key_bytes_max);
    const std::lock_guard lock{lobby->mutex};
    if (lobby->closed)
      throw Error{errc::unavailable, "gateway: it is being stopped"};
    if (const auto known = lobby->visitors.find(guest.key); known != lobby->visitors.end()) {
      attach_client(known->second.actor, client);
      return {known->second.actor, to_text(GatewayGreeting{.visit = known->second.visit})};
    }
    if (lobby->visitors.size() >= lobby->setting.guests_max)
      throw Error{errc::unavailable,
                  "gateway: it has " + std::to_string(lobby->visitors.size())
                    + " guests, as many as it takes"};
    auto visit = random_text();
    auto actor = spawn_visit(
      lobby->system,
      {.host = &lobby->host,
       .name = hello.name,
       .grace = lobby->setting.grace,
       .one_of = [lobby](KnownWorkers known) { return lobby->one_of(std::move(known)); },
       .ended =
         [lobby, key = guest.key] {
           const std::lock_guard at_end{lobby->mutex};
           lobby->visitors.erase(key);
         }});
    lobby->visitors[guest.key] = {visit, actor};
    attach_client(actor, client);
    return {std::move(actor), to_text(GatewayGreeting{.visit = std::move(visit)})};
  };
}

} // namespace zzz_jobs::node
