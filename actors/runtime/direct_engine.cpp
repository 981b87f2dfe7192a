#include <zzz_jobs/actors/runtime/direct_engine.hpp>

#include <zzz_jobs/actors/runtime/turn.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace zzz_jobs::runtime {

DirectEngine::DirectEngine(SharedPtr shared, std::shared_ptr<AnyStore> store)
  : shared_(std::move(shared)), store_(std::move(store)) {}

BatchResult DirectEngine::apply(Turn& turn) {
  const std::lock_guard lock(mutex_);
  auto result = store_->apply(turn.batch);
  publish_turn(turn, result, *shared_);
  return result;
}

std::vector<Enqueued> DirectEngine::enqueue(std::vector<NewJob> jobs) {
  std::vector<std::string> queues;
  for (const auto& job : jobs)
    queues.push_back(job.queue);
  Turn turn;
  turn.batch.enqueues = std::move(jobs);
  prepare_events(turn, *shared_);
  auto answers = apply(turn).enqueued;
  for (const auto& answer : answers)
    if (answer.cancelled)
      cancelled(*answer.cancelled);
  if (shared_->config.mode == RunMode::inlined)
    run_now(answers, queues);
  return answers;
}

/// A job enqueued earlier goes first, as with actors.
void DirectEngine::run_now(const std::vector<Enqueued>& answers,
                           const std::vector<std::string>& queues) {
  const auto waits = [&](std::int64_t id) {
    const std::lock_guard lock(mutex_);
    const auto job = store_->get(id);
    return job && job->state == JobState::available;
  };
  for (std::size_t i = 0; i < answers.size(); ++i)
    while (!answers[i].conflict && answers[i].failed == errc{} && waits(answers[i].id))
      if (!run_one(queues[i]))
        break;
}

void DirectEngine::with_store(const std::function<void(AnyStore&)>& work) {
  const std::lock_guard lock(mutex_);
  work(*store_);
}

void DirectEngine::cancelled(const Claim& claim) {
  std::shared_ptr<StopSignal> signal;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [running, its_signal] : running_)
      if (running == claim)
        signal = its_signal;
  }
  if (signal)
    signal->fire(StopReason::cancelled);
}

bool DirectEngine::set_concurrency(std::string_view queue, std::uint32_t) {
  const auto& queues = shared_->config.queues;
  return std::any_of(queues.begin(), queues.end(),
                     [&](const QueueConfig& one) { return one.name == queue; });
}

std::uint64_t DirectEngine::attach_telemetry(TelemetryHandler handler) {
  return shared_->telemetry.attach(
    [handler = std::move(handler), shared = shared_.get()](const Events& events) {
      call_handler(handler, *events, shared->config.log);
    });
}

void DirectEngine::detach_telemetry(std::uint64_t id) { shared_->telemetry.detach(id); }

std::optional<Job> DirectEngine::run_one(const std::string& queue) {
  Turn turn;
  turn.batch.claims.push_back({queue, 1, 0});
  turn.batch.known_workers = shared_->claimable();
  auto claimed = std::move(apply(turn).claimed.front());
  if (claimed.empty())
    return std::nullopt;
  return execute_here(std::move(claimed.front()));
}

std::optional<Job> DirectEngine::execute_here(Job job) {
  const auto signal = std::make_shared<StopSignal>();
  const auto claim = job.claim();
  {
    const std::lock_guard lock(mutex_);
    running_.emplace_back(claim, signal);
  }
  if (shared_->telemetry.active()) {
    std::vector<Event> events(1);
    events[0].type = EventType::job_started;
    events[0].queue = job.queue;
    events[0].result.job = job;
    shared_->telemetry.publish(std::move(events));
  }
  const auto start = std::chrono::steady_clock::now();
  auto finished = execute(job, *shared_->workers.workers(), *signal, shared_->rules(), nullptr);
  finished.duration = std::chrono::steady_clock::now() - start;
  finished.job = std::move(job);
  shared_->counters.started += finished.started ? 1 : 0;
  const std::lock_guard lock(mutex_);
  std::erase_if(running_, [&](const auto& one) { return one.first == claim; });
  record(std::move(finished));
  return store_->get(claim.job_id);
}

void DirectEngine::record(Finished finished) {
  Turn turn;
  auto report = std::make_shared<Report>();
  turn.batch.outcomes.push_back(std::move(finished.outcome));
  if (finished.progress)
    turn.batch.progress.push_back(*finished.progress);
  report->finished.push_back(std::move(finished));
  turn.reports.push_back({"", std::move(report)});
  prepare_events(turn, *shared_);
  apply(turn);
}

std::optional<UnixTime> DirectEngine::next_due() {
  const std::lock_guard lock(mutex_);
  Batch empty;
  return store_->apply(empty).next_due;
}

std::vector<std::string> DirectEngine::queues() {
  const std::lock_guard lock(mutex_);
  std::set<std::string> names;
  for (const auto& count : store_->counts())
    if (count.count > 0)
      names.insert(count.queue);
  return {names.begin(), names.end()};
}

} // namespace zzz_jobs::runtime
