#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace zzz_jobs::testing {

/// The job that a handler is shown. What is left unset comes from the worker's
/// own options, as with an enqueue.
struct RunOptions {
  std::int32_t attempt = 1; ///< from 1
  JobOpts opts{};           ///< queue, max_attempts, ...
  std::int64_t id = 1;
  UnixTime inserted_at{}; ///< the epoch unless the handler looks at it
  /// Fired before the handler starts: how it behaves when it is stopped.
  StopReason stop = StopReason::none;
  Limits limits{}; ///< with a supervisor: its own count
};

/// How one call of a handler ended.
struct HandlerRun {
  OutcomeKind outcome = OutcomeKind::complete; ///< what would be reported
  JobState state = JobState::completed;        ///< what the job would be then
  std::string error{};                         ///< why it failed, was discarded or cancelled
  std::chrono::seconds delay{0};               ///< until its next execution (fail, snooze)
  std::optional<std::string> result{};
  std::optional<Progress> progress{}; ///< the last one
  std::chrono::nanoseconds duration{0};
  Job job{}; ///< as the handler saw it

  [[nodiscard]] bool completed() const noexcept { return state == JobState::completed; }
  /// Such as `worker "mail": attempt 2 failed, next in 30 s: no connection`.
  [[nodiscard]] std::string describe() const;
};
std::ostream& operator<<(std::ostream& out, const HandlerRun& run);

/// Calls a worker's handler once, in this thread, with a made-up job; no store
/// takes part. `args` are checked like an enqueue's. What the handler throws is
/// caught: see `outcome` and `error`.
/// @throws Error(invalid_argument | too_large) for what no enqueue would take.
HandlerRun run_handler(const WorkerDef& worker, std::string args = {},
                       const RunOptions& options = {});

/// The same with a worker of the supervisor, whatever its mode.
/// @throws Error(invalid_argument) also if it has no worker of this name.
HandlerRun run_handler(AnySupervisor& supervisor, std::string_view worker, std::string args = {},
                       const RunOptions& options = {});

/// The same with a struct for arguments, which makes the way through JSON as it
/// does in an enqueue.
template <class Args>
  requires(!std::convertible_to<const Args&, std::string>)
HandlerRun run_handler(const WorkerDef& worker, const Args& args, const RunOptions& options = {}) {
  return run_handler(worker, encode_args(args), options);
}
template <class Args>
  requires(!std::convertible_to<const Args&, std::string>)
HandlerRun run_handler(AnySupervisor& supervisor, std::string_view worker, const Args& args,
                       const RunOptions& options = {}) {
  return run_handler(supervisor, worker, encode_args(args), options);
}

} // namespace zzz_jobs::testing
