#pragma once

#include <cstddef>
#include <memory>

namespace caf { // only named here: who makes no actor system needs no CAF header
class actor_system;
class actor_system_config;
} // namespace caf

namespace zzz_jobs::node {

/// Makes the actor systems of an application's own configuration fit for a
/// Cluster: CAF's middleman with heartbeats, without which a mute node is never
/// noticed. Call it last, before the system is made.
void prepare_for_cluster(caf::actor_system_config& config);

/// @throws Error(invalid_argument) that says what the system lacks.
void check_prepared(const caf::actor_system& system);

/// An actor system for a process that has no other use for one: a node's own.
class ClusterSystem {
public:
  /// `threads` of the scheduler, which runs no handlers.
  explicit ClusterSystem(std::size_t threads = 4);
  ~ClusterSystem();
  ClusterSystem(const ClusterSystem&) = delete;
  ClusterSystem& operator=(const ClusterSystem&) = delete;

  [[nodiscard]] caf::actor_system& system() noexcept;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace zzz_jobs::node
