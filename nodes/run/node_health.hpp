#pragma once

#include <zzz_jobs/config/node/node_config.hpp>
#include <zzz_jobs/nodes/cluster/cluster_view.hpp>
#include <zzz_jobs/nodes/control/node_api.hpp>
#include <zzz_jobs/nodes/control/patient.hpp>
#include <zzz_jobs/nodes/run/open_store.hpp>

#include <filesystem>
#include <vector>

namespace zzz_jobs::node {

/// What a node's health depends on besides whether its store answers: its connections,
/// links to other nodes, workers for the jobs that wait, the disk. None of it is vital:
/// each degrades the node. Any thread; answers at once or in a fraction of a second.
class NodeHealth {
public:
  /// What is referred to outlives it; `cluster` is null where there are no links.
  NodeHealth(OpenStore& store, ClusterView* cluster, const NodeConfig& config);

  [[nodiscard]] std::vector<HealthCheck> checks();

private:
  [[nodiscard]] HealthCheck links() const;
  [[nodiscard]] HealthCheck workers() const;
  [[nodiscard]] HealthCheck disk() const;

  OpenStore& store_;
  ClusterView* cluster_;
  const bool links_come_in_;
  const std::filesystem::path file_; ///< SQLite's; empty: another store
  // What has to ask others is asked aside. Last: they use all of the above.
  control::Patient<HealthCheck> links_;
  control::Patient<HealthCheck> workers_;
};

} // namespace zzz_jobs::node
