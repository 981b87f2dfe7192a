#pragma once

#include <zzz_jobs/config/queue_config.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace zzz_jobs::runtime {

/// What a queue may run and runs, for whoever looks; kept over a replacement of
/// its actor.
struct QueueGauge {
  QueueGauge(const QueueConfig& queue, std::chrono::milliseconds default_poll_interval)
    : direct_start(queue.direct_start), concurrency(queue.concurrency),
      poll_interval(queue.poll_interval.value_or(default_poll_interval)) {}
  const bool direct_start;
  std::atomic<std::uint32_t> concurrency;
  std::atomic<std::uint32_t> running{0};
  std::atomic<std::chrono::milliseconds> poll_interval;
  std::atomic<bool> leaving{false}; ///< drains, and is gone then
};

/// By the queue's name.
using QueueGauges = std::map<std::string, std::shared_ptr<QueueGauge>, std::less<>>;

/// The queues that are run now. Any thread.
class QueueTable {
public:
  /// False if there is one of this name.
  bool add(std::string name, std::shared_ptr<QueueGauge> gauge) {
    const std::lock_guard lock(mutex_);
    return gauges_.try_emplace(std::move(name), std::move(gauge)).second;
  }
  void remove(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (const auto found = gauges_.find(name); found != gauges_.end())
      gauges_.erase(found);
  }
  /// Null if there is none.
  [[nodiscard]] std::shared_ptr<QueueGauge> find(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = gauges_.find(name);
    return found == gauges_.end() ? nullptr : found->second;
  }
  [[nodiscard]] QueueGauges all() const {
    const std::lock_guard lock(mutex_);
    return gauges_;
  }

private:
  mutable std::mutex mutex_{};
  QueueGauges gauges_{};
};

} // namespace zzz_jobs::runtime
