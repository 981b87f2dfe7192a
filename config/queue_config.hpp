#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace zzz_jobs {

/// One queue that this node works on.
struct QueueConfig {
  std::string name = "default";
  /// Handlers running at once, 1 to 10,000; can be changed while running.
  std::uint32_t concurrency = 10;
  /// How often the store is asked though nothing announced a job, 10 ms to 1 h.
  /// Unset: the supervisor's. Own enqueues never wait for it.
  std::optional<std::chrono::milliseconds> poll_interval{};
  /// A job that is enqueued here, while a handler is idle and nothing waits, starts
  /// here at once: fewer steps, but no other node gets to see it. Off where the
  /// work shall spread over nodes.
  bool direct_start = true;
};

} // namespace zzz_jobs
