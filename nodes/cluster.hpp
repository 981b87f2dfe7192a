#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/config/node/node_config.hpp>
#include <zzz_jobs/nodes/cluster/cluster_system.hpp>
#include <zzz_jobs/nodes/cluster/cluster_view.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace caf {
class actor_system;
class actor_system_config;
} // namespace caf

namespace zzz_jobs::node {

class Gatekeeper;
class Transport;

struct ClusterSetting {
  ClusterSection section{};
  std::string name{}; ///< shown to people; default: the host's name
  /// Where its actors live: an application's own system, whose configuration went
  /// through prepare_for_cluster, and which outlives it. Null: a system of its own.
  caf::actor_system* system = nullptr;
  /// Shared with other parts of the process; null: made from the section.
  std::shared_ptr<Transport> transport{};
  /// Nodes to be linked with always, zzz://HOST:PORT: a node without a database names
  /// its gateways. Others are found in the store.
  std::vector<std::string> gateways{};
  /// Another node asks this one to drain and end. Any thread; must return at once.
  std::function<void()> on_stop_asked{};
  LogSink log = log_to_stderr;
};

/// The membership of one supervisor's node in the cluster of all that share its
/// store: they find each other through the store, are linked over CAF and tell each
/// other at once what they would else find out by looking. With all links down
/// everything works, only slower. Any thread.
class Cluster : public ClusterView {
public:
  /// Checks the certificates, listens where the section says so, joins.
  /// @throws Error(invalid_argument) for the section or the system, Error(unavailable)
  /// if it cannot listen.
  Cluster(AnySupervisor& supervisor, ClusterSetting setting);
  /// Leaves. The supervisor is still there; it is told by nobody any more. What guests
  /// still run is handed back to the store, with no attempt used.
  ~Cluster() override;
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  std::vector<NodeView> nodes() override;
  bool stop_node(std::int64_t id) override;
  /// @throws Error(invalid_argument) outside 1 to 10,000.
  std::uint32_t scale_queue(const std::string& queue, std::uint32_t concurrency) override;

  /// Others see that this node is draining. As a gateway it claims nothing more for
  /// its guests; those that know another gateway move there with what they run.
  void announce_stop();
  /// After that: waits until no guest runs anything through this node. False: not by
  /// then, or it is hurried.
  [[nodiscard]] bool guests_idle_by(std::chrono::steady_clock::time_point deadline) const;
  /// Such a wait, now or later, ends at once.
  void hurry_stop();

  /// Where it takes links, HOST:PORT; empty: nowhere.
  [[nodiscard]] std::string address() const;
  /// For further kinds of sessions.
  [[nodiscard]] Gatekeeper& gatekeeper() noexcept;
  [[nodiscard]] const std::shared_ptr<Transport>& transport() const noexcept;
  [[nodiscard]] caf::actor_system& system() noexcept;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace zzz_jobs::node
