#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/stores/node_record.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace zzz_jobs::node {

/// A thread that keeps this node's description in the store, and looks there for
/// the other nodes from time to time. While the store does not answer, nothing is
/// known and nobody is forgotten.
class DirectoryWatch {
public:
  using Found = std::function<void(const std::vector<NodeRecord>& rows, std::int64_t own_id)>;

  /// `found` is called on the thread, `each_time` also where the store is silent.
  DirectoryWatch(AnySupervisor& supervisor, NodeDescription own, Found found,
                 std::function<void()> each_time);
  ~DirectoryWatch();
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  /// The nodes of the store now; also tells `found`. @throws Error.
  std::vector<NodeRecord> look();

private:
  void run();
  void describe_if_needed(const std::vector<NodeRecord>& rows, std::int64_t own_id);

  AnySupervisor& supervisor_;
  const NodeDescription own_;
  Found found_;
  std::function<void()> each_time_;
  std::mutex mutex_{};
  std::condition_variable changed_{};
  bool is_ending_ = false;
  std::thread thread_{};
};

} // namespace zzz_jobs::node
