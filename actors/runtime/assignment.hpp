#pragma once

#include <zzz_jobs/actors/runtime/blocking_pool.hpp>
#include <zzz_jobs/actors/runtime/execution.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace zzz_jobs::runtime {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The jobs handed to one worker, and what has become of them. The one thing
/// that a handler's thread shares with actors: the thread works through the
/// jobs in order, while its worker and its queue supervisor may take back what
/// is not started, collect what is finished and stop what runs. Any thread.
///
/// Several jobs at once where handlers take microseconds, since waking a thread
/// costs more than such a handler; one job otherwise.
class Assignment {
public:
  /// Stop callbacks of handlers run on a thread of `pool`, or, without one, of
  /// whoever stops the handler.
  Assignment(std::vector<Job> jobs, WorkersSnapshot workers,
             std::shared_ptr<BlockingPool> pool = nullptr);

  // --- the handler's thread -----------------------------------------------------

  struct Started {
    const Job* job = nullptr; ///< null: nothing is left to start
    std::shared_ptr<StopSignal> stop{};
  };
  /// Starts the next job; its timeout counts from `now`.
  [[nodiscard]] Started start_next(SteadyTime now);
  /// Ends the job that was started last; `finished.job` is filled in here. If it
  /// had been given up meanwhile, its outcome still goes to the store, which
  /// refuses it.
  void finish(Finished finished);
  [[nodiscard]] const Workers& workers() const noexcept { return *workers_; }

  // --- the worker and the queue supervisor ------------------------------------

  [[nodiscard]] std::vector<Finished> take_finished();
  /// Jobs not started; they are no longer this assignment's.
  [[nodiscard]] std::vector<Job> take_unstarted();
  [[nodiscard]] std::size_t unstarted() const;

  /// Fires the stop token of the job if it runs here; forgets it if it is not
  /// started. True if it was here.
  bool stop(const Claim& claim, StopReason reason);
  /// Fires the stop token of whatever runs.
  void stop_running(StopReason reason);

  /// If the running job is over its time: fires its token and adds a failure to
  /// the finished ones. Answers when to look again; none: nothing runs or waits.
  [[nodiscard]] std::optional<SteadyTime> check_timeout(SteadyTime now);
  /// The shortest timeout among the jobs not started, where there are any.
  [[nodiscard]] std::optional<std::chrono::seconds> shortest_timeout() const;

  /// Ends the running job here and now as `kind` (fail, release), whatever its
  /// handler does later. False if nothing runs.
  bool give_up(OutcomeKind kind, StopReason why, const std::string& reason);

  /// The claims that this assignment still answers for.
  void add_claims(std::vector<Claim>& claims) const;

private:
  struct Running {
    std::size_t index = 0;
    Claim claim{};
    SteadyTime started{};
    SteadyTime deadline{};
    bool given_up = false;
  };

  std::shared_ptr<StopSignal> spend_signal(StopReason reason);
  void request_stop(const std::shared_ptr<StopSignal>& signal) const;
  bool give_up_locked(OutcomeKind kind, const std::string& reason, SteadyTime now);

  mutable std::mutex mutex_{};
  std::vector<Job> jobs_;
  WorkersSnapshot workers_;
  std::shared_ptr<BlockingPool> pool_;
  std::size_t next_ = 0;
  std::optional<Running> running_{};
  std::shared_ptr<StopSignal> signal_ = std::make_shared<StopSignal>();
  std::vector<Finished> finished_{};
};

/// Works through the assignment in the calling thread; `started` hears of each
/// job before its handler runs.
void work_through(Assignment& assignment, const ExecutionRules& rules,
                  const JobContext::ProgressSink* progress,
                  const std::function<void(const Job&)>& started);

} // namespace zzz_jobs::runtime
