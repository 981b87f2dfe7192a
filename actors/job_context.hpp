#pragma once

#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/job.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace zzz_jobs {

/// Why a handler's stop token fired.
enum class StopReason : std::uint8_t {
  none,       ///< It did not.
  cancelled,  ///< The job was cancelled.
  timeout,    ///< It ran longer than its timeout; the attempt counts as failed.
  shutdown,   ///< The supervisor stops; what throws now runs again later.
  lost_claim, ///< The job was given to another execution; the outcome is refused.
};

[[nodiscard]] std::string_view to_string(StopReason reason) noexcept;

/// A stop token with its reason; fired at most once. Any thread.
class StopSignal {
public:
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  [[nodiscard]] StopReason reason() const noexcept { return reason_.load(); }
  /// True for the call that fired it. The two halves, for who must not wait for
  /// the stop callbacks of handlers:
  bool fire(StopReason reason);
  /// Makes the reason readable; true for the first.
  bool give(StopReason reason) noexcept;
  /// Fires the token and runs the callbacks.
  void request_stop() { source_.request_stop(); }

private:
  std::stop_source source_{};
  std::atomic<StopReason> reason_{StopReason::none};
};

/// What a handler knows of its job and says about it. Lives while the handler
/// runs and belongs to its thread; `stop_token()` may be handed to others.
class JobContext {
public:
  using ProgressSink = std::function<void(const Progress&)>;

  /// For who executes handlers: `job`, `stop` and `limits` outlive the context.
  JobContext(const Job& job, const StopSignal& stop, const Limits& limits,
             const ProgressSink* progress = nullptr)
    : job_(job), stop_(stop), limits_(limits), progress_(progress) {}

  [[nodiscard]] const Job& job() const noexcept { return job_; }
  /// This execution's number among all of the job, from 1.
  [[nodiscard]] std::int32_t attempt() const noexcept { return job_.attempt; }
  /// Names this execution; for completing the job in a transaction of one's own,
  /// with `complete(connection, claim)` of sqlite_transaction.hpp.
  [[nodiscard]] Claim claim() const noexcept { return job_.claim(); }

  /// Fires on cancellation, timeout, shutdown, or when the claim was lost.
  [[nodiscard]] std::stop_token stop_token() const { return stop_.token(); }
  [[nodiscard]] bool stop_requested() const { return stop_.reason() != StopReason::none; }
  [[nodiscard]] StopReason stop_reason() const noexcept { return stop_.reason(); }

  // The verdict counts when the handler returns; the last call wins. A handler
  // that throws has failed, whatever it said before.

  /// Runs the job again after `delay` (0 s to 100 years); uses no attempt.
  void snooze(std::chrono::seconds delay);
  /// Ends the job as cancelled.
  void cancel(std::string reason);
  /// Ends the job as discarded, whatever attempts are left.
  void discard(std::string reason);
  /// The handler has completed the job itself, in a transaction that has
  /// committed: whatever it does from now on, nothing more is recorded.
  void already_completed() noexcept { settled_ = true; }
  [[nodiscard]] bool is_already_completed() const noexcept { return settled_; }
  /// Recorded in the job's row when it completes; valid UTF-8 without NUL.
  /// @throws Error(too_large | invalid_argument).
  void result(std::string text);
  /// Shown in the job's row: 0 to 100 (clamped) and a note of at most 1,000
  /// bytes, valid UTF-8 without NUL. Written at most twice a second; the last one always.
  /// @throws Error(too_large | invalid_argument).
  void progress(int percent, std::string_view note = {});

  /// What the handler asked for: complete unless it said otherwise.
  [[nodiscard]] Outcome take_outcome();
  /// The last progress that was not yet written.
  [[nodiscard]] std::optional<Progress> take_progress();

private:
  const Job& job_;
  const StopSignal& stop_;
  const Limits& limits_;
  const ProgressSink* progress_;
  Outcome verdict_{};
  bool settled_ = false;
  std::optional<Progress> unwritten_{};
  std::chrono::steady_clock::time_point written_at_{};
};

} // namespace zzz_jobs
