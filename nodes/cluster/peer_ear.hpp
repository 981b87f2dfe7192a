#pragma once

#include <zzz_jobs/nodes/cluster/hello.hpp>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/fwd.hpp>

#include <string>

namespace zzz_jobs::node {

/// From an ear to its hub: the peer says this.
struct PeerSays {
  caf::actor ear{};
  std::string text{};
};
/// From an ear to its hub: the peer is gone, and so is the ear.
struct PeerGone {
  caf::actor ear{};
};

/// What a peer can reach of us: passes what it says to the hub, which nobody
/// else can. Made for a link it stays as long as it is not ended; made for a client
/// that came in it ends with that client.
caf::actor spawn_link_ear(caf::actor_system& system, caf::actor hub);
caf::actor spawn_session_ear(caf::actor_system& system, caf::actor hub, const caf::actor& client);

} // namespace zzz_jobs::node

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::PeerSays)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::PeerGone)
