#include "cluster/quick_cron.hpp"

#include "cluster/plan.hpp"

#include <condition_variable>
#include <mutex>

namespace zzz_jobs::cluster {

namespace {

using namespace std::chrono_literals;

void register_entry(AnySupervisor& supervisor) {
  // So long that some are under way when their node is killed.
  const Plan plan{.payload = quick_entry, .duration = 200ms};
  supervisor.register_cron(quick_entry, "* * * * *", std::string{worker_name}, to_args(plan), {},
                           {.missed = MissedTicks::all});
}

} // namespace

UnixTime QuickClock::now() const {
  return UnixTime{std::chrono::floor<std::chrono::seconds>(
    std::chrono::microseconds{begin_us_ + (now_us() - begin_us_) * clock_speed})};
}

std::int64_t QuickClock::machine_us(UnixTime shown) const {
  const std::chrono::microseconds since = shown.time_since_epoch();
  return begin_us_ + (since.count() - begin_us_) / clock_speed;
}

QuickCron::QuickCron(AnySupervisor& supervisor, Ledger& ledger, const QuickClock& clock)
  : supervisor_(supervisor), clock_(clock),
    telemetry_(supervisor.attach_telemetry([&ledger](const Event& event) {
      if (event.type == EventType::job_enqueued) // nobody but cron does
        ledger.write({.kind = Kind::fired, .job = event.result.job.id});
    })),
    thread_([this](const std::stop_token& stop) { run(stop); }) {}

QuickCron::~QuickCron() {
  thread_ = {};
  supervisor_.detach_telemetry(telemetry_);
}

void QuickCron::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  while (!stop.stop_requested()) {
    register_entry(supervisor_);
    const auto tick = std::chrono::floor<std::chrono::minutes>(clock_.now()) + 1min;
    const std::chrono::microseconds wait{clock_.machine_us(tick) - now_us()};
    never.wait_for(lock, stop, wait, [] { return false; });
  }
}

} // namespace zzz_jobs::cluster
