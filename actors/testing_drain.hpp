#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/config/virtual_clock.hpp>

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::testing {

struct DrainOptions {
  /// One queue; none: every queue that has jobs, in turns.
  std::optional<std::string> queue{};
  /// The store's clock. With it scheduled and retryable jobs run too: whenever
  /// nothing else is left, it is moved on to the time of the next one.
  std::shared_ptr<VirtualClock> advance{};
  /// How far, at most; the clock then ends at this time, unless `stop_after`
  /// ends the drain before. None: until no job waits for its time.
  std::optional<UnixTime> until{};
  /// Ends after so many executions, whatever is left.
  std::optional<std::size_t> stop_after{};
  /// More executions than this are an error: most likely a job enqueues itself.
  std::size_t executions_max = 10'000;
};

/// What a drain did, one count an execution.
struct DrainResult {
  std::size_t executions = 0;
  std::size_t completed = 0;
  std::size_t failed = 0; ///< and will be tried again
  std::size_t discarded = 0;
  std::size_t cancelled = 0;
  std::size_t snoozed = 0;
  std::size_t released = 0; ///< handed back: its worker was not there (any more)
  std::size_t refused = 0;  ///< the claim was lost meanwhile, as by a cancellation
  std::vector<Job> jobs{};  ///< as each was after its execution, in that order

  /// Such as `3 executions: 2 completed, 1 failed`.
  [[nodiscard]] std::string describe() const;
};
std::ostream& operator<<(std::ostream& out, const DrainResult& result);

/// Executes here, in the calling thread, what is available, until nothing is;
/// jobs enqueued by handlers included. Left alone are jobs in paused queues,
/// without a known worker, and, unless the clock is advanced, those whose time
/// has not come. The supervisor's mode must be manual or inlined.
/// @throws Error(not_allowed) in another mode or after `stop`;
/// Error(too_large) beyond `executions_max`; Error(invalid_argument) if `advance`
/// is not the store's clock; what the store throws.
DrainResult drain(AnySupervisor& supervisor, const DrainOptions& options = {});

/// Executes the next available job of a queue here. The job as it is afterwards;
/// none if there was none.
/// @throws Error(not_allowed) in another mode or after `stop`; what the store
/// throws.
std::optional<Job> run_one(AnySupervisor& supervisor, std::string_view queue = "default");

} // namespace zzz_jobs::testing
