#pragma once

#include <zzz_jobs/nodes/cluster/cluster_system.hpp>
#include <zzz_jobs/nodes/cluster/transport.hpp>

#include <memory>

namespace zzz_jobs::node {

/// The process's links to other nodes, whatever they are for: one actor system, one
/// transport.
struct Links {
  ClusterSystem system{};
  std::shared_ptr<Transport> transport{};
};

} // namespace zzz_jobs::node
