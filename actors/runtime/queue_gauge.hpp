#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace zzz_jobs::runtime {

/// What a queue may run and runs, for whoever looks; kept over a replacement of
/// its actor.
struct QueueGauge {
  explicit QueueGauge(std::uint32_t handlers) : concurrency(handlers) {}
  std::atomic<std::uint32_t> concurrency;
  std::atomic<std::uint32_t> running{0};
};

/// By the queue's name.
using QueueGauges = std::map<std::string, std::shared_ptr<QueueGauge>, std::less<>>;

} // namespace zzz_jobs::runtime
