#include <zzz_jobs/actors/runtime/assignment.hpp>

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

namespace zzz_jobs::runtime {

Assignment::Assignment(std::vector<Job> jobs, WorkersSnapshot workers,
                       std::shared_ptr<BlockingPool> pool)
  : jobs_(std::move(jobs)), workers_(std::move(workers)), pool_(std::move(pool)) {
  finished_.reserve(jobs_.size());
}

Assignment::Started Assignment::start_next(SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (next_ >= jobs_.size())
    return {};
  auto& job = jobs_[next_];
  running_ = Running{next_, job.claim(), now, now + job.timeout, false};
  ++next_;
  return {&job, signal_};
}

void Assignment::finish(Finished finished) {
  const std::lock_guard lock(mutex_);
  finished.job = std::move(jobs_[running_->index]);
  running_.reset();
  finished_.push_back(std::move(finished));
}

std::vector<Finished> Assignment::take_finished() {
  const std::lock_guard lock(mutex_);
  return std::exchange(finished_, {});
}

std::vector<Job> Assignment::take_unstarted() {
  const std::lock_guard lock(mutex_);
  // The running job lies before next_ and stays where its handler sees it.
  const auto first = jobs_.begin() + static_cast<std::ptrdiff_t>(next_);
  std::vector<Job> taken(std::make_move_iterator(first), std::make_move_iterator(jobs_.end()));
  jobs_.erase(first, jobs_.end());
  return taken;
}

std::size_t Assignment::unstarted() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size() - next_;
}

/// The signal of the running job, with its reason, which no later job may share.
/// Under the lock, so that nothing is recorded before the handler can read why;
/// its token fires outside, since a stop callback may call us.
std::shared_ptr<StopSignal> Assignment::spend_signal(StopReason reason) {
  auto signal = std::exchange(signal_, std::make_shared<StopSignal>());
  signal->give(reason);
  return signal;
}

/// The application's stop callbacks may take their time: no actor waits for them,
/// unless there is no thread for them.
void Assignment::request_stop(const std::shared_ptr<StopSignal>& signal) const {
  bool served = false;
  try {
    served = pool_ && pool_->submit([signal] { signal->request_stop(); });
  } catch (const std::system_error&) { // then here
  }
  if (!served)
    signal->request_stop();
}

bool Assignment::stop(const Claim& claim, StopReason reason) {
  std::shared_ptr<StopSignal> signal;
  {
    const std::lock_guard lock(mutex_);
    if (running_ && running_->claim == claim) {
      signal = spend_signal(reason);
    } else {
      const auto first = jobs_.begin() + static_cast<std::ptrdiff_t>(next_);
      const auto found =
        std::find_if(first, jobs_.end(), [&](const Job& job) { return job.claim() == claim; });
      if (found == jobs_.end())
        return false;
      jobs_.erase(found);
      return true;
    }
  }
  request_stop(signal);
  return true;
}

void Assignment::stop_running(StopReason reason) {
  std::shared_ptr<StopSignal> signal;
  {
    const std::lock_guard lock(mutex_);
    if (!running_)
      return;
    signal = spend_signal(reason);
  }
  request_stop(signal);
}

bool Assignment::give_up_locked(OutcomeKind kind, const std::string& reason, SteadyTime now) {
  if (!running_ || running_->given_up)
    return false;
  running_->given_up = true;
  Finished lost;
  lost.job = jobs_[running_->index]; // a copy: the handler still reads the original
  lost.outcome = {.claim = running_->claim, .kind = kind, .error = reason};
  if (kind == OutcomeKind::fail)
    lost.outcome.delay = retry_delay(lost.job, *workers_);
  lost.duration = now - running_->started;
  finished_.push_back(std::move(lost));
  return true;
}

bool Assignment::give_up(OutcomeKind kind, StopReason why, const std::string& reason) {
  std::shared_ptr<StopSignal> signal;
  {
    const std::lock_guard lock(mutex_);
    if (!give_up_locked(kind, reason, std::chrono::steady_clock::now()))
      return false;
    signal = spend_signal(why);
  }
  request_stop(signal);
  return true;
}

std::optional<SteadyTime> Assignment::check_timeout(SteadyTime now) {
  std::shared_ptr<StopSignal> signal;
  std::optional<SteadyTime> next;
  {
    const std::lock_guard lock(mutex_);
    if (running_ && !running_->given_up) {
      if (now >= running_->deadline) {
        const auto limit = jobs_[running_->index].timeout.count();
        give_up_locked(OutcomeKind::fail, "timed out after " + std::to_string(limit) + " s", now);
        signal = spend_signal(StopReason::timeout);
      } else {
        next = running_->deadline;
      }
    }
    for (std::size_t i = next_; i < jobs_.size(); ++i)
      next = std::min(next.value_or(SteadyTime::max()), now + jobs_[i].timeout);
  }
  if (signal)
    request_stop(signal);
  return next;
}

std::optional<std::chrono::seconds> Assignment::shortest_timeout() const {
  const std::lock_guard lock(mutex_);
  std::optional<std::chrono::seconds> shortest;
  for (std::size_t i = next_; i < jobs_.size(); ++i)
    shortest = std::min(shortest.value_or(jobs_[i].timeout), jobs_[i].timeout);
  return shortest;
}

void Assignment::add_claims(std::vector<Claim>& claims) const {
  const std::lock_guard lock(mutex_);
  if (running_ && !running_->given_up)
    claims.push_back(running_->claim);
  for (std::size_t i = next_; i < jobs_.size(); ++i)
    claims.push_back(jobs_[i].claim());
  for (const auto& finished : finished_)
    claims.push_back(finished.outcome.claim);
}

void work_through(Assignment& assignment, const ExecutionRules& rules,
                  const JobContext::ProgressSink* progress,
                  const std::function<void(const Job&)>& started) {
  auto now = std::chrono::steady_clock::now();
  for (;;) {
    const auto next = assignment.start_next(now);
    if (next.job == nullptr)
      return;
    started(*next.job);
    auto finished = execute(*next.job, assignment.workers(), *next.stop, rules, progress);
    const auto end = std::chrono::steady_clock::now();
    finished.duration = end - now;
    now = end;
    assignment.finish(std::move(finished));
  }
}

} // namespace zzz_jobs::runtime
