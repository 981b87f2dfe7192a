#include <zzz_jobs/nodes/cli/bench_run.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace zzz_jobs::node::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t jobs_a_call = 1'000;
constexpr std::chrono::seconds patience{30};
constexpr const char* no_op = "zzz-jobs-bench-no-op";
constexpr const char* starter = "zzz-jobs-bench-start";
constexpr const char* args = R"({"user_id":12345678,"template":"welcome_mail"})";

double ms(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

double per_second(std::size_t count, Clock::duration time) {
  const std::chrono::duration<double> seconds = time;
  return static_cast<double>(count) / std::max(seconds.count(), 1e-9);
}

Delays delays_of(std::vector<double> samples) {
  if (samples.empty())
    return {};
  std::ranges::sort(samples);
  return {samples[samples.size() / 2], samples[samples.size() * 99 / 100]};
}

/// When a job's handler began, for the one who waits for it.
class Starts {
public:
  void started() {
    const std::lock_guard lock(mutex_);
    at_ = Clock::now();
    ++count_;
    changed_.notify_all();
  }
  /// @throws Error(unavailable).
  Clock::time_point wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [&] { return count_ >= count; }))
      throw Error(errc::unavailable, "a job was not started within 30 s");
    return at_;
  }

private:
  std::mutex mutex_{};
  std::condition_variable changed_{};
  std::size_t count_ = 0;
  Clock::time_point at_{};
};

JobOpts into(const BenchPlan& plan) {
  return {.queue = plan.queue, .max_attempts = 1};
}

double enqueue_all(AnySupervisor& supervisor, const BenchPlan& plan) {
  const auto begin = Clock::now();
  for (std::size_t left = plan.jobs; left > 0;) {
    const auto count = std::min(left, jobs_a_call);
    std::vector<JobRequest> jobs(count, {.worker = no_op, .args = args, .opts = into(plan)});
    for (const auto& done : supervisor.enqueue_many(std::move(jobs)))
      if (done.failed != errc{})
        throw Error(done.failed, done.error);
    left -= count;
  }
  return per_second(plan.jobs, Clock::now() - begin);
}

/// @throws Error(unavailable) when nothing ends any more.
void wait_for_completed(const AnySupervisor& supervisor, std::uint64_t count) {
  auto last = supervisor.stats().completed;
  auto moved = Clock::now();
  while (last < count) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
    const auto completed = supervisor.stats().completed;
    if (completed != last)
      moved = Clock::now();
    else if (Clock::now() - moved > patience)
      throw Error(errc::unavailable, "for 30 s no job has ended");
    last = completed;
  }
}

Delays measure_enqueues(AnySupervisor& supervisor, const BenchPlan& plan) {
  std::vector<double> samples;
  for (std::size_t i = 0; i < plan.samples; ++i) {
    const auto begin = Clock::now();
    supervisor.enqueue(no_op, std::string{args}, into(plan));
    samples.push_back(ms(Clock::now() - begin));
  }
  return delays_of(std::move(samples));
}

Delays measure_starts(AnySupervisor& supervisor, const BenchPlan& plan, Starts& starts) {
  std::vector<double> samples;
  for (std::size_t i = 0; i < plan.samples; ++i) {
    const auto begin = Clock::now();
    supervisor.enqueue(starter, std::string{args}, into(plan));
    samples.push_back(ms(starts.wait_for(i + 1) - begin));
  }
  return delays_of(std::move(samples));
}

} // namespace

BenchFigures run_bench(AnySupervisor& supervisor, const BenchPlan& plan) {
  const auto starts = std::make_shared<Starts>();
  supervisor.register_worker(
    {.name = no_op, .handler = [](std::string_view, JobContext&) {}, .delete_completed = true});
  supervisor.register_worker(
    {.name = starter,
     .handler = [starts](std::string_view, JobContext&) { starts->started(); },
     .delete_completed = true});
  BenchFigures figures;
  figures.enqueue = measure_enqueues(supervisor, plan);
  figures.enqueued_per_s = enqueue_all(supervisor, plan);
  const auto before = Clock::now();
  supervisor.start();
  wait_for_completed(supervisor, plan.jobs + plan.samples);
  figures.drained_per_s = per_second(plan.jobs + plan.samples, Clock::now() - before);
  figures.start = measure_starts(supervisor, plan, *starts);
  wait_for_completed(supervisor, plan.jobs + 2 * plan.samples);
  return figures;
}

} // namespace zzz_jobs::node::cli
