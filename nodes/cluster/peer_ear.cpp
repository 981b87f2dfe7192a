#include <zzz_jobs/nodes/cluster/peer_ear.hpp>

#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>

#include <caf/all.hpp>

namespace zzz_jobs::node {
namespace {

caf::behavior listen(caf::event_based_actor* self, const caf::actor& hub) {
  return {[self, hub](say_atom, std::string& text) {
    self->send(hub, PeerSays{self, std::move(text)});
  }};
}

} // namespace

caf::actor spawn_link_ear(caf::actor_system& system, caf::actor hub) {
  return system.spawn([hub](caf::event_based_actor* self) -> caf::behavior {
    runtime::quiet_defaults(self);
    return listen(self, hub);
  });
}

caf::actor spawn_session_ear(caf::actor_system& system, caf::actor hub, const caf::actor& client) {
  return system.spawn([hub, client](caf::event_based_actor* self) -> caf::behavior {
    runtime::quiet_defaults(self);
    const auto end = [self, hub](const caf::error& reason) {
      self->send(hub, PeerGone{self});
      self->quit(reason);
    };
    self->monitor(client);
    self->set_down_handler([end](caf::down_msg& down) { end(down.reason); });
    self->set_exit_handler([end](caf::exit_msg& exit) { end(exit.reason); });
    return listen(self, hub);
  });
}

} // namespace zzz_jobs::node
