#pragma once

#include <zzz_jobs/config/clock.hpp>
#include <zzz_jobs/stores/node_record.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace zzz_jobs::node {

struct QueueLoad {
  std::string queue{};
  std::uint32_t concurrency = 0;
  std::uint32_t running = 0;
};

/// A node as another one sees it.
struct NodeView {
  std::int64_t id = 0; ///< new at each start
  std::string name{};
  std::string state{};   ///< running, stopping, lost (its lease is over)
  std::string address{}; ///< where it takes links; empty: nowhere
  std::string version{}; ///< empty: of one that opens the store and joins no cluster
  std::int64_t pid = 0;
  UnixTime started_at{};
  bool self = false;   ///< the node that was asked
  bool linked = false; ///< it can be told things at once
  bool gateway = false;
  std::vector<QueueLoad> queues{}; ///< of linked nodes
};

/// A node as its row in the store tells of it, known to nobody by a link.
[[nodiscard]] inline NodeView view_of(const NodeRecord& row) {
  return {.id = row.id,
          .name = row.is.name,
          .state = row.is_alive ? "running" : "lost",
          .address = row.is.address,
          .version = row.is.version,
          .pid = row.is.pid,
          .started_at = row.started_at};
}

/// The other nodes, for who shows or controls them. Any thread.
class ClusterView {
public:
  virtual ~ClusterView() = default;
  /// This node first.
  virtual std::vector<NodeView> nodes() = 0;
  /// Asks a node to drain and end. False: there is no link to it.
  virtual bool stop_node(std::int64_t id) = 0;
  /// Handlers at once, on this node and every linked one, as far as they run the queue;
  /// says on how many nodes, this one included.
  virtual std::uint32_t scale_queue(const std::string& queue, std::uint32_t concurrency) = 0;
};

} // namespace zzz_jobs::node
