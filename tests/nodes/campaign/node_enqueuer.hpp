#pragma once

#include "cluster/campaign.hpp"
#include "nodes/campaign/nodes_at_work.hpp"

#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace zzz_jobs::cluster {
struct Plan;
}

namespace zzz_jobs::node::test {

/// Puts jobs in through the control sockets of nodes, a node at random each time, and
/// notes what it was told. Its thread begins with it.
class NodeEnqueuer {
public:
  struct Pace {
    int jobs_per_call = 10;
    int calls_per_s = 2;
    int stretch = 1; ///< see random_plan
  };
  NodeEnqueuer(cluster::Campaign& campaign, const NodesAtWork& nodes, Pace pace);
  ~NodeEnqueuer() { end(); }

  /// When every call that has begun is settled.
  void end() { thread_ = {}; }
  /// Answers that should not have been; empty if there was none.
  [[nodiscard]] std::string failure() const { return is_over_ ? failure_ : ""; }

private:
  void run(const std::stop_token& stop);
  /// Until somebody says that it is done, or may be.
  void enqueue(const std::vector<cluster::Plan>& plans);
  /// False if nothing happened.
  bool try_node(std::size_t place, const std::vector<cluster::Plan>& plans);
  void note_answers(const std::string& body, const std::vector<cluster::Plan>& plans);
  void note_doubt(const cluster::Plan& plan);

  const NodesAtWork& nodes_;
  const Pace pace_;
  std::mt19937_64 random_;
  cluster::Ledger ledger_;
  std::string failure_{};
  std::atomic<bool> is_over_{false};
  std::jthread thread_;
};

} // namespace zzz_jobs::node::test
