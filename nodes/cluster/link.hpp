#pragma once

#include <zzz_jobs/nodes/cluster/endpoint.hpp>
#include <zzz_jobs/nodes/cluster/hello.hpp>
#include <zzz_jobs/nodes/cluster/transport.hpp>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace zzz_jobs::node {

struct LinkSetting {
  std::uint64_t key = 0; ///< the owner's; comes back with what the link tells
  std::shared_ptr<Transport> transport{};
  std::vector<Endpoint> to{}; ///< tried in turn; at least one
  Hello hello{};
  caf::actor client{};                        ///< whom the session at the other end talks to
  caf::actor owner{};                         ///< hears LinkUp and LinkDown
  std::chrono::milliseconds time_limit{3000}; ///< of each step of connecting
  std::chrono::milliseconds pause_min{100};   ///< after a failure; doubled, with jitter
  std::chrono::milliseconds pause_max{5000};
};

/// A session at the other end can be talked to. Handles of an earlier one never
/// work again: throw them away.
struct LinkUp {
  std::uint64_t key = 0;
  caf::actor session{};
  std::string greeting{};
  Endpoint endpoint{};
};

/// There is none, and a next attempt follows; requests under way get no answer.
struct LinkDown {
  std::uint64_t key = 0;
  bool was_up = false; ///< else an attempt to connect has failed
  Endpoint endpoint{};
  std::string reason{};
};

/// To a link: its session does not answer; connect anew.
struct LinkRestart {};
/// To a link: end.
struct LinkEnd {};

/// Keeps one session with another node's gatekeeper alive: connects within a time
/// limit, monitors, connects again with growing pauses, until it gets LinkEnd.
caf::actor spawn_link(caf::actor_system& system, LinkSetting setting);

} // namespace zzz_jobs::node

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::LinkUp)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::LinkDown)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::LinkRestart)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::LinkEnd)
