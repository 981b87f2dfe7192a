#include <zzz_jobs/nodes/cluster/store_gateway.hpp>

#include <zzz_jobs/actors/runtime/shared.hpp>
#include <zzz_jobs/nodes/cluster/store_visit.hpp>
#include <zzz_jobs/nodes/cluster/store_wire.hpp>

#include <caf/all.hpp>

#include <condition_variable>
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
constexpr std::chrono::milliseconds look_interval{10};

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
  bool hurried = false;
  mutable std::condition_variable changed{};

  /// Equal sets of workers share what a store learns for them.
  KnownWorkers one_of(const std::vector<std::string>& names) {
    const std::lock_guard lock{mutex};
    auto& kept = workers[{names.begin(), names.end()}];
    if (auto same = kept.lock())
      return same;
    auto known = make_known(names);
    kept = known;
    std::erase_if(workers, [&](const auto& entry) { return entry.second.expired(); });
    return known;
  }

  /// Lets nobody in any more; who is here.
  std::vector<caf::actor> close() {
    const std::lock_guard lock{mutex};
    closed = true;
    std::vector<caf::actor> visits;
    for (const auto& [key, visitor] : visitors)
      visits.push_back(visitor.actor);
    return visits;
  }
};

StoreGateway::StoreGateway(caf::actor_system& system, AnySupervisor& supervisor, Setting setting)
  : lobby_(std::make_shared<Lobby>(system, supervisor, setting)) {}

StoreGateway::StoreGateway(caf::actor_system& system, AnySupervisor& supervisor)
  : StoreGateway(system, supervisor, Setting{}) {}

StoreGateway::~StoreGateway() {
  const auto visits = lobby_->close();
  caf::scoped_actor self{lobby_->system, true};
  for (const auto& visit : visits)
    end_visit(visit);
  for (const auto& visit : visits)
    self->wait_for(visit);
}

void StoreGateway::send_off() {
  for (const auto& visit : lobby_->close())
    node::send_off(visit);
}

bool StoreGateway::idle_by(std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock lock{lobby_->mutex};
  while (lobby_->host.shared().guests.open() > 0) {
    if (lobby_->hurried || std::chrono::steady_clock::now() >= deadline)
      return false;
    lobby_->changed.wait_for(lock, look_interval);
  }
  return true;
}

void StoreGateway::hurry() {
  const std::lock_guard lock{lobby_->mutex};
  lobby_->hurried = true;
  lobby_->changed.notify_all();
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
    if (const auto known = lobby->visitors.find(guest.key); known != lobby->visitors.end()) {
      attach_client(known->second.actor, client);
      return {known->second.actor, to_text(GatewayGreeting{.visit = known->second.visit})};
    }
    if (lobby->closed)
      throw Error{errc::unavailable, "gateway: it is being stopped"};
    if (lobby->visitors.size() >= lobby->setting.guests_max)
      throw Error{errc::unavailable,
                  "gateway: it has " + std::to_string(lobby->visitors.size())
                    + " guests, as many as it takes"};
    auto visit = random_text();
    auto actor = spawn_visit(lobby->system,
                             {.host = &lobby->host,
                              .name = hello.name,
                              .grace = lobby->setting.grace,
                              .one_of = [lobby](const auto& names) { return lobby->one_of(names); },
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
