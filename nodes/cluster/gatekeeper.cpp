#include <zzz_jobs/nodes/cluster/gatekeeper.hpp>

#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>
#include <zzz_jobs/config/errc.hpp>

#include <caf/all.hpp>

#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace zzz_jobs::node {

struct Gatekeeper::Shared {
  [[nodiscard]] SessionFactory factory_of(const std::string& kind) const {
    const std::lock_guard lock{mutex};
    const auto found = kinds.find(kind);
    return found == kinds.end() ? SessionFactory{} : found->second;
  }

  std::shared_ptr<Transport> transport{};
  mutable std::mutex mutex{}; ///< for what follows
  std::map<std::string, SessionFactory> kinds{};
  caf::actor door{};
  caf::actor porter{};
  Endpoint at{};
  bool is_open = false;
};

namespace {

using reopen_atom = caf::atom_constant<caf::atom("reopen")>;
using end_atom = caf::atom_constant<caf::atom("end")>;
/// To the porter: somebody was let in.
using in_atom = caf::atom_constant<caf::atom("let_in")>;

Session let_in(const Gatekeeper::Shared& shared, const caf::actor& client,
               const std::string& text) {
  const auto hello = from_wire<Hello>(text);
  if (hello.protocol != protocol_version)
    throw Error{errc::unsupported,
                "this node speaks version " + std::to_string(protocol_version)
                  + " of the protocol, not " + std::to_string(hello.protocol)};
  const auto factory = shared.factory_of(hello.kind);
  if (!factory)
    throw Error{errc::unsupported, "this node takes no links of the kind \"" + hello.kind + "\""};
  if (!client)
    throw Error{errc::invalid_argument, "a hello must name its client"};
  return factory(hello, client);
}

/// What others can reach: answers a hello. Exits of others are ignored; `kill`
/// cannot be, the porter then opens again.
caf::behavior door(caf::event_based_actor* self, std::shared_ptr<Gatekeeper::Shared> shared) {
  runtime::quiet_defaults(self);
  self->set_exit_handler([](caf::exit_msg&) {});
  return {[self, shared](hello_atom, const caf::actor& client,
                         const std::string& text) -> caf::result<caf::actor, std::string> {
    try {
      auto session = let_in(*shared, client, text);
      self->send(shared->porter, in_atom::value, session.actor);
      return {std::move(session.actor), std::move(session.greeting)};
    } catch (const std::exception& error) {
      return caf::make_error(caf::sec::runtime_error, std::string{error.what()});
    }
  }};
}

/// Nobody outside knows it: watches the door, and who is in.
class Porter {
public:
  struct State {
    static inline const char* name = "zzz_jobs.porter";
    std::set<caf::actor> sessions{};
  };
  using Self = caf::stateful_actor<State>;

  static caf::behavior run(Self* self, std::shared_ptr<Gatekeeper::Shared> shared) {
    runtime::quiet_defaults(self);
    self->set_down_handler([self, shared](caf::down_msg& down) {
      const std::lock_guard lock{shared->mutex};
      if (shared->door && down.source == shared->door.address())
        self->send(self, reopen_atom::value);
      else
        std::erase_if(self->state.sessions,
                      [&](const caf::actor& session) { return session == down.source; });
    });
    self->monitor(shared->door);
    return {[self, shared](reopen_atom) { reopen(self, *shared, shared); },
            [self](in_atom, const caf::actor& session) {
              self->state.sessions.insert(session);
              self->monitor(session);
            },
            [self, shared](end_atom) { end(self, *shared); }};
  }

private:
  static void reopen(Self* self, Gatekeeper::Shared& shared,
                     const std::shared_ptr<Gatekeeper::Shared>& kept) {
    const auto actor = self->spawn(door, kept);
    const std::lock_guard lock{shared.mutex};
    try {
      if (shared.is_open) {
        shared.transport->close(shared.at.port);
        static_cast<void>(shared.transport->publish(actor, shared.at));
      }
      shared.door = actor;
      self->monitor(actor);
    } catch (const Error&) { // the old socket may take a moment to close
      self->send_exit(actor, caf::exit_reason::kill);
      self->delayed_send(self, std::chrono::milliseconds{50}, reopen_atom::value);
    }
  }

  static void end(Self* self, Gatekeeper::Shared& shared) {
    const std::lock_guard lock{shared.mutex};
    self->send_exit(std::exchange(shared.door, nullptr), caf::exit_reason::kill);
    for (const auto& session : self->state.sessions)
      self->send_exit(session, caf::exit_reason::user_shutdown);
    shared.is_open = false;
    shared.kinds.clear();
    self->quit();
  }
};

} // namespace

Gatekeeper::Gatekeeper(caf::actor_system& system, std::shared_ptr<Transport> transport)
  : shared_(std::make_shared<Shared>()) {
  shared_->transport = std::move(transport);
  shared_->door = system.spawn(door, shared_);
  shared_->porter = system.spawn(Porter::run, shared_);
}

Gatekeeper::~Gatekeeper() {
  const std::lock_guard lock{shared_->mutex};
  if (std::exchange(shared_->is_open, false)) // what reopens it may be on its way
    shared_->transport->close(shared_->at.port);
  caf::anon_send(shared_->porter, end_atom::value);
}

void Gatekeeper::add_kind(std::string kind, SessionFactory factory) {
  const std::lock_guard lock{shared_->mutex};
  shared_->kinds[std::move(kind)] = std::move(factory);
}

std::uint16_t Gatekeeper::open(const Endpoint& at) {
  const std::lock_guard lock{shared_->mutex};
  shared_->at = {at.host, shared_->transport->publish(shared_->door, at)};
  shared_->is_open = true;
  return shared_->at.port;
}

caf::actor Gatekeeper::actor() const {
  const std::lock_guard lock{shared_->mutex};
  return shared_->door;
}

} // namespace zzz_jobs::node
