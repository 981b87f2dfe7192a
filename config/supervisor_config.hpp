#pragma once

#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/config/log.hpp>
#include <zzz_jobs/config/queue_config.hpp>
#include <zzz_jobs/config/retention.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace zzz_jobs {

/// What happens to a job whose worker is not registered on this node.
enum class UnknownWorkers : std::uint8_t {
  leave,   ///< It waits for a node that has the worker.
  discard, ///< It is discarded when its turn comes, as in the Zig library.
};

/// Who executes jobs.
enum class RunMode : std::uint8_t {
  actors,  ///< Workers, in the background, once started.
  manual,  ///< Nobody until `testing::drain` or `testing::run_one` is called.
  inlined, ///< The caller of enqueue, before it returns (if the job is due).
};

/// Options of a supervisor; what is out of range is refused by its constructor,
/// all problems in one error.
struct SupervisorConfig {
  /// The queues worked on here, each with a name of its own. Jobs may be
  /// enqueued into any queue.
  std::vector<QueueConfig> queues{};
  /// Fall-back for queues that set none, 10 ms to 1 h.
  std::chrono::milliseconds poll_interval{1000};
  UnknownWorkers unknown_workers = UnknownWorkers::leave;

  /// How long `stop` lets running handlers end by themselves, 0 to 1 day.
  std::chrono::milliseconds shutdown_timeout{30'000};
  /// How long it then waits for handlers whose stop token it has fired, 0 to
  /// 10 min. What still runs after that is handed back to its queue.
  std::chrono::milliseconds stop_grace{2'000};
  /// How long a call waits for the store before it fails with
  /// `errc::unavailable`, 1 ms to 1 h.
  std::chrono::milliseconds store_timeout{10'000};

  /// Executions claimed by programs that are no nodes of ours are rescued at this
  /// age, 1 s to 365 days. A living node's are never.
  std::chrono::seconds rescue_after{3600};
  /// How often dead owners and such executions are looked for, 10 ms to 1 day.
  std::chrono::milliseconds rescue_interval{10'000};
  /// What is deleted by itself; by default nothing.
  PrunePolicy retention{};
  /// How often, 10 ms to 1 day.
  std::chrono::milliseconds prune_interval{60'000};

  /// Jobs claimed ahead of their start per queue where handlers take
  /// microseconds, 0 to 10,000; slow handlers get none ahead by themselves.
  std::uint32_t prefetch_max = 2000;
  /// Events that may wait for one telemetry handler; further ones are dropped
  /// and counted. 1 to 10,000,000.
  std::size_t telemetry_backlog_max = 10'000;
  /// Threads of the actor system's scheduler, where the supervisor makes its own;
  /// handlers have their own threads. 1 to 256.
  std::uint32_t scheduler_threads = 2;

  Limits limits{};
  RunMode mode = RunMode::actors;
  /// Where warnings and errors are told; by default stderr.
  LogSink log = log_to_stderr;
};

/// Every broken rule as `queue "mail": concurrency must be 1..10000, got 0`.
[[nodiscard]] std::vector<std::string> problems_of(const SupervisorConfig& config);

} // namespace zzz_jobs
