#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/nodes/cluster/cluster_view.hpp>

#include <map>
#include <utility>

namespace zzz_jobs::node::tests {

/// Other nodes as a test says they are; remembers what it was told.
class NamedCluster : public ClusterView {
public:
  std::vector<NodeView> nodes() override { return all; }
  bool stop_node(std::int64_t id) override {
    for (const auto& node : all)
      if (node.id == id && node.linked) {
        stopped.push_back(id);
        return true;
      }
    return false;
  }
  std::uint32_t scale_queue(const std::string& queue, std::uint32_t concurrency) override {
    std::uint32_t count = 0;
    for (auto& node : all)
      for (auto& load : node.queues)
        if ((node.self || node.linked) && load.queue == queue) {
          load.concurrency = concurrency;
          if (node.self && own != nullptr)
            own->set_concurrency(queue, concurrency);
          ++count;
        }
    return count;
  }

  AnySupervisor* own = nullptr; ///< of the node that `self` is, if it is to be told
  std::vector<NodeView> all{};
  std::vector<std::int64_t> stopped{};
};

} // namespace zzz_jobs::node::tests
