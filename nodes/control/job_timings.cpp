#include <zzz_jobs/nodes/control/job_timings.hpp>

#include <algorithm>

namespace zzz_jobs::node::control {
namespace {

/// Handlers take from parts of a millisecond to hours.
const prometheus::Histogram::BucketBoundaries run_seconds{
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,  0.25, 0.5,
  1,      2.5,   5,      10,    30,   60,    300,  1800, 7200};
/// The table's times are whole seconds.
const prometheus::Histogram::BucketBoundaries wait_seconds{0,  1,   2,   5,    10,    30,
                                                           60, 300, 900, 3600, 14400, 86400};

} // namespace

JobTimings::JobTimings(AnySupervisor& supervisor)
  : supervisor_(supervisor),
    waited_(prometheus::BuildHistogram()
              .Name("zzz_jobs_wait_seconds")
              .Help("From when a job could run to its claim, by whole seconds")
              .Register(registry_)),
    ran_(prometheus::BuildHistogram()
           .Name("zzz_jobs_run_seconds")
           .Help("How long handlers ran, whatever came of it")
           .Register(registry_)) {
  for (const auto& queue : supervisor.queues())
    (void)add(queue.name);
  attached_ = supervisor.attach_telemetry([this](const Event& event) { take(event); });
}

JobTimings::~JobTimings() {
  supervisor_.detach_telemetry(attached_);
}

std::vector<prometheus::MetricFamily> JobTimings::collect() const {
  return registry_.Collect();
}

const JobTimings::OfQueue* JobTimings::add(const std::string& queue) {
  return &(queues_[queue] = {&waited_.Add({{"queue", queue}}, wait_seconds),
                             &ran_.Add({{"queue", queue}}, run_seconds)});
}

/// Queues may come while the node runs; that a handler of it is told of says that it is
/// run here.
const JobTimings::OfQueue* JobTimings::find(const Event& event) {
  if (const auto known = queues_.find(event.queue); known != queues_.end())
    return &known->second;
  return event.type == EventType::job_started ? add(event.queue) : nullptr;
}

void JobTimings::take(const Event& event) {
  const auto* queue = find(event);
  if (queue == nullptr)
    return;
  const auto& job = event.result.job;
  if (event.type == EventType::job_started) {
    const auto could_run = std::max(job.inserted_at, job.scheduled_at);
    const auto waited = job.attempted_at.value_or(could_run) - could_run;
    queue->waited->Observe(static_cast<double>(std::max<std::int64_t>(waited.count(), 0)));
  } else if (event.result.duration.count() > 0) { // a handler ran and has ended
    queue->ran->Observe(std::chrono::duration<double>(event.result.duration).count());
  }
}

} // namespace zzz_jobs::node::control
