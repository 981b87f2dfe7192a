#include "examples/digest_directory/progress.hpp"

#include "examples/digest_directory/digest_job.hpp"

#include <algorithm>
#include <cmath>

namespace digest_directory {
namespace {

using namespace std::chrono_literals;

std::string rounded(double number) {
  return std::to_string(std::llround(number));
}

std::string duration_text(double seconds) {
  if (seconds < 120)
    return rounded(std::ceil(seconds)) + " s";
  return seconds < 7200 ? rounded(seconds / 60) + " min" : rounded(seconds / 3600) + " h";
}

std::string remaining_text(const QueueState& now, double jobs_per_second, bool has_all) {
  if (!has_all)
    return "still reading the directory";
  if (jobs_per_second <= 0)
    return "remaining time unknown";
  return duration_text(static_cast<double>(now.live) / jobs_per_second) + " left";
}

} // namespace

QueueState queue_state(const std::vector<zzz_jobs::QueueCount>& counts) {
  QueueState state;
  for (const auto& [queue, of, count] : counts) {
    if (queue != queue_name)
      continue;
    switch (of) {
      case zzz_jobs::JobState::completed: state.completed = count; break;
      case zzz_jobs::JobState::discarded: state.discarded = count; break;
      case zzz_jobs::JobState::cancelled: state.cancelled = count; break;
      case zzz_jobs::JobState::retryable: state.failing = count; [[fallthrough]];
      default: state.live += count;
    }
  }
  return state;
}

std::string progress_line(const QueueState& now, double jobs_per_second, bool has_all) {
  const auto percent = now.total() == 0 ? 0 : 100 * now.done() / now.total();
  return std::to_string(now.done()) + "/" + std::to_string(now.total()) + " ("
    + std::to_string(percent) + " %), " + rounded(jobs_per_second) + " jobs/s, "
    + std::to_string(now.discarded + now.failing) + " failed, "
    + remaining_text(now, jobs_per_second, has_all);
}

Progress::Progress(zzz_jobs::AnySupervisor& supervisor, Console& console)
  : supervisor_(supervisor), console_(console) {
  look();
  done_before_ = state_.done();
}

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - begin_).count();
}

double Progress::jobs_per_second(const QueueState& state) const {
  return static_cast<double>(state.done() - done_before_) / std::max(seconds(), 1e-3);
}

void Progress::look() {
  const auto begin = Clock::now();
  next_look_ = begin + 1s; // should the store be busy
  state_ = queue_state(supervisor_.counts());
  const auto end = Clock::now();
  // Counting a million jobs takes its time; the store has other things to do.
  next_look_ = end + std::max<Clock::duration>(100ms, 20 * (end - begin));
}

void Progress::update(bool has_all) {
  if (Clock::now() < next_look_)
    return;
  look();
  if (Clock::now() < next_show_)
    return;
  next_show_ = Clock::now() + (console_.is_terminal() ? 200ms : 5000ms);
  console_.show(progress_line(state_, jobs_per_second(state_), has_all));
}

} // namespace digest_directory
