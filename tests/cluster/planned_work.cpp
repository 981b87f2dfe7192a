#include "cluster/planned_work.hpp"

#include "cluster/plan.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>

namespace zzz_jobs::cluster {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::microseconds for_ever = 1h; // for a test

/// False if the token fired before.
bool work_for(std::chrono::microseconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  never.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

std::string_view how_stopped(StopReason reason) {
  switch (reason) {
    case StopReason::shutdown: return how::shutdown;
    case StopReason::lost_claim: return how::lost_claim;
    default: return to_string(reason);
  }
}

} // namespace

WorkerDef PlannedWork::worker() {
  return {.name = std::string{worker_name},
          .handler = [this](std::string_view args, JobContext& context) { execute(args, context); },
          .retry = RetryStrategy::constant(1s).with_jitter(false)};
}

void PlannedWork::execute(std::string_view args, JobContext& context) {
  const auto plan = plan_of(args);
  Entry entry{.job = context.job().id, .attempt = context.attempt(), .payload = plan.payload};
  entry.kind = Kind::started;
  ledger_.write(entry);
  entry.kind = Kind::ended;
  const auto course = context.attempt() == 1 ? plan.course : Course::straight;
  const bool is_long = course == Course::lingers || course == Course::deaf;
  const bool is_deaf = way_ || course == Course::deaf;
  const bool in_time = work_for(is_long ? for_ever : plan.duration,
                                is_deaf ? std::stop_token{} : context.stop_token());
  entry.how = !in_time          ? how_stopped(context.stop_reason())
    : course == Course::fails   ? how::failed
    : course == Course::snoozes ? how::snoozed
                                : how::returned;
  ledger_.write(entry);
  if (!in_time || course == Course::fails)
    throw std::runtime_error(entry.how);
  if (course == Course::snoozes)
    context.snooze(1s);
  else if (way_)
    way_(context);
}

void PlannedWork::note(const Event& event) {
  const auto& job = event.result.job;
  if (event.type == EventType::job_completed)
    ledger_.write({.kind = Kind::completed, .job = job.id, .attempt = job.attempt});
  else if (event.type == EventType::outcome_refused)
    ledger_.write({.kind = Kind::refused, .job = job.id, .attempt = job.attempt});
}

} // namespace zzz_jobs::cluster
