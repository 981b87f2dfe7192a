#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace zzz_jobs::node {

/// A guest's stay at a gateway.
struct VisitSetting {
  AnySupervisor* host = nullptr; ///< outlives the visit
  std::string name{};            ///< the guest's, for people
  /// How long it may be without a link before it counts as gone.
  std::chrono::milliseconds grace{1000};
  /// The set that stands for workers of these names, whoever knows them.
  std::function<KnownWorkers(const std::vector<std::string>&)> one_of{};
  std::function<void()> ended{}; ///< called when it is over
};

/// Serves one guest: does each of its requests once, over any number of links, and
/// tells it what the supervisor has for it. The guest's open executions are rescued
/// when it ends: when the guest leaves, or is without a link for too long; those of a
/// visit that is ended from here go back, with no attempt used.
///
/// linked -> its client is gone -> waiting -> linked again, or the grace is over ->
/// ended. Sent off it claims nothing more.
/// @throws Error(not_allowed | unsupported) if the supervisor takes no guests.
[[nodiscard]] caf::actor spawn_visit(caf::actor_system& system, VisitSetting setting);

/// From now on this is the guest's end of the link.
void attach_client(const caf::actor& visit, const caf::actor& client);
/// The guest is told to go elsewhere; nothing more is claimed for it.
void send_off(const caf::actor& visit);
/// The visit is over, at once.
void end_visit(const caf::actor& visit);

} // namespace zzz_jobs::node
