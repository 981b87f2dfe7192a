#include <zzz_jobs/actors/runtime/direct_engine.hpp>

#include <zzz_jobs/actors/runtime/cancelled_jobs.hpp>
#include <zzz_jobs/actors/runtime/outage.hpp>
#include <zzz_jobs/actors/runtime/rescued.hpp>
#include <zzz_jobs/actors/runtime/turn.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

/// Handlers that enqueue run one inside the other; deeper ones stay in their
/// queue, or a job that enqueues itself would use up the stack.
constexpr int depth_max = 50;

class Depth {
public:
  Depth() { ++current(); }
  ~Depth() { --current(); }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;
  [[nodiscard]] static bool too_deep() { return current() > depth_max; }

private:
  static int& current() {
    thread_local int depth = 0;
    return depth;
  }
};

} // namespace

DirectEngine::DirectEngine(SharedPtr shared, std::shared_ptr<AnyStore> store)
  : shared_(std::move(shared)), store_(std::move(store)) {}

void DirectEngine::start() {
  Rescued rescued;
  with_store([&](AnyStore& store) { rescued = rescue_dead_owners(store); });
  tell(std::move(rescued), *shared_);
}

bool DirectEngine::stop() {
  stopped_ = true;
  std::vector<std::pair<Claim, std::shared_ptr<StopSignal>>> running;
  bool recorded = true;
  {
    const std::lock_guard lock(mutex_);
    running = running_;
    recorded = unrecorded_.empty();
  }
  for (const auto& [claim, signal] : running)
    signal->fire(StopReason::shutdown);
  if (!recorded) {
    try {
      Turn turn;
      apply(turn);
    } catch (...) {
      shared_->log(LogLevel::error,
                   "outcomes_lost error=\"" + text_of(std::current_exception()) + "\"");
    }
  }
  return running.empty();
}

// --- turns -----------------------------------------------------------------------

BatchResult DirectEngine::apply(Turn& turn) {
  auto result = apply_to_store(turn);
  std::vector<Event> replaced;
  with_store([&](AnyStore& store) { replaced = note_replaced(store, result.enqueued, *shared_); });
  // Outside of the lock: telemetry handlers are the application's.
  publish_turn(turn, result, *shared_);
  shared_->telemetry.publish(std::move(replaced));
  return result;
}

BatchResult DirectEngine::apply_to_store(Turn& turn) {
  const std::lock_guard lock(mutex_);
  add_unrecorded(turn);
  prepare_to_tell(turn, *shared_);
  try {
    auto result = store_->apply(turn.batch);
    for (auto& queued : take_locked(turn, result))
      std::move(queued.report->finished.begin(), queued.report->finished.end(),
                std::back_inserter(unrecorded_));
    if (std::exchange(failing_, false))
      shared_->telemetry.publish({Event{.type = EventType::store_recovered}});
    return result;
  } catch (...) {
    keep_unrecorded(turn);
    store_failed(text_of(std::current_exception()));
    throw;
  }
}

void DirectEngine::add_unrecorded(Turn& turn) {
  if (unrecorded_.empty())
    return;
  auto report = std::make_shared<Report>();
  report->finished = std::exchange(unrecorded_, {});
  for (auto& finished : report->finished) {
    turn.batch.outcomes.push_back(std::move(finished.outcome));
    if (finished.progress)
      turn.batch.progress.push_back(*finished.progress);
  }
  turn.reports.push_back({"", std::move(report)});
}

void DirectEngine::keep_unrecorded(Turn& turn) {
  auto outcome = turn.batch.outcomes.begin();
  for (auto& queued : turn.reports)
    for (auto& finished : queued.report->finished) {
      finished.outcome = std::move(*outcome++);
      unrecorded_.push_back(std::move(finished));
    }
}

void DirectEngine::store_failed(std::string text) {
  ++shared_->counters.store_failures;
  if (std::exchange(failing_, true))
    return;
  Event event{.type = EventType::store_failed};
  event.result.error = std::move(text);
  shared_->telemetry.publish({std::move(event)});
}

void DirectEngine::with_store(const std::function<void(AnyStore&)>& work) {
  const std::lock_guard lock(mutex_);
  work(*store_);
}

// --- enqueues --------------------------------------------------------------------

std::vector<Enqueued> DirectEngine::enqueue(std::vector<NewJob> jobs) {
  std::vector<std::string> queues;
  for (const auto& job : jobs)
    queues.push_back(job.queue);
  Turn turn;
  turn.batch.enqueues = std::move(jobs);
  auto answers = apply(turn).enqueued;
  for (const auto& answer : answers)
    if (answer.cancelled)
      cancelled(*answer.cancelled);
  if (shared_->config.mode == RunMode::inlined)
    run_now(answers, queues);
  return answers;
}

/// A job enqueued earlier goes first, as with actors. The enqueue has succeeded,
/// whatever happens here.
void DirectEngine::run_now(const std::vector<Enqueued>& answers,
                           const std::vector<std::string>& queues) {
  const Depth depth;
  if (Depth::too_deep()) {
    shared_->log(LogLevel::warning,
                 "inlined_too_deep: handlers enqueue each other more than "
                   + std::to_string(depth_max) + " deep; the job waits for drain");
    return;
  }
  const auto runs_now = [](const Enqueued& answer) {
    return !answer.conflict && answer.failed == errc{} && answer.state == JobState::available;
  };
  const auto waits = [&](std::int64_t id) {
    const std::lock_guard lock(mutex_);
    return to_run_now_.contains(id);
  };
  {
    const std::lock_guard lock(mutex_);
    for (const auto& answer : answers)
      if (runs_now(answer))
        to_run_now_.insert(answer.id);
  }
  try {
    for (std::size_t i = 0; i < answers.size(); ++i)
      while (waits(answers[i].id) && run_one(queues[i])) {
      }
  } catch (...) {
    shared_->log(LogLevel::error,
                 "inlined_job_failed error=\"" + text_of(std::current_exception()) + "\"");
  }
  const std::lock_guard lock(mutex_);
  for (const auto& answer : answers)
    to_run_now_.erase(answer.id);
}

std::shared_ptr<Guest> DirectEngine::admit_guest(std::string name, GuestListener) {
  throw Error(errc::unsupported,
              "guest \"" + name + "\": only a supervisor of RunMode::actors takes guests");
}

// --- executions ------------------------------------------------------------------

std::optional<DirectEngine::Ran> DirectEngine::run_one(const std::string& queue) {
  if (stopped_)
    throw Error(errc::not_allowed, "supervisor: it is stopped");
  Turn turn;
  turn.batch.claims.push_back({.queue = queue, .slots = 1, .known_workers = shared_->claimable()});
  auto claimed = std::move(apply(turn).claimed.front());
  if (claimed.empty())
    return std::nullopt;
  {
    const std::lock_guard lock(mutex_);
    to_run_now_.erase(claimed.front().id);
  }
  return execute_here(std::move(claimed.front()));
}

DirectEngine::Ran DirectEngine::execute_here(Job job) {
  const auto signal = std::make_shared<StopSignal>();
  const auto claim = job.claim();
  {
    const std::lock_guard lock(mutex_);
    running_.emplace_back(claim, signal);
  }
  tell_started(job);
  const auto start = std::chrono::steady_clock::now();
  auto finished = execute(job, *shared_->workers.workers(), *signal, shared_->rules(), nullptr);
  finished.duration = std::chrono::steady_clock::now() - start;
  finished.job = std::move(job);
  shared_->counters.started += finished.started ? 1 : 0;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(running_, [&](const auto& one) { return one.first == claim; });
  }
  return record(std::move(finished));
}

void DirectEngine::tell_started(const Job& job) {
  if (!shared_->telemetry.active())
    return;
  Event event{.type = EventType::job_started, .queue = job.queue};
  event.result.job = job;
  shared_->telemetry.publish({std::move(event)});
}

DirectEngine::Ran DirectEngine::record(Finished finished) {
  Ran ran{.job = finished.job, .kind = finished.outcome.kind};
  const auto claim = ran.job.claim();
  Turn turn;
  BatchResult result;
  {
    const std::lock_guard lock(mutex_);
    unrecorded_.push_back(std::move(finished));
    result = apply_to_store(turn);
  }
  const auto& outcomes = turn.batch.outcomes;
  const auto own = std::find_if(outcomes.begin(), outcomes.end(),
                                [&](const Outcome& outcome) { return outcome.claim == claim; });
  if (own == outcomes.end())
    throw Error{errc::unavailable,
                "job " + std::to_string(claim.job_id)
                  + ": another transaction holds its row; its outcome goes with the next turn"};
  const auto index = static_cast<std::size_t>(own - outcomes.begin());
  ran.refused = result.outcomes[index] == OutcomeResult::refused;
  ran.state = result.outcome_states[index];
  publish_turn(turn, result, *shared_);
  if (!ran.refused)
    ran.job.state = ran.state;
  ran.job = as_kept(std::move(ran.job));
  return ran;
}

/// The job as the store has it now; `job` itself if it was deleted meanwhile or
/// the store shows none.
Job DirectEngine::as_kept(Job job) {
  const std::lock_guard lock(mutex_);
  try {
    if (auto kept = store_->get(job.id))
      return *std::move(kept);
  } catch (const Error& error) {
    if (error.code() != errc::unsupported)
      throw;
  }
  return job;
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

// --- the rest --------------------------------------------------------------------

/// Nothing runs but in a call of whoever would ask.
std::vector<QueueStatus> DirectEngine::queues() const {
  std::vector<QueueStatus> all;
  for (const auto& queue : shared_->config.queues)
    all.push_back({queue.name, queue.concurrency, 0});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return all;
}

bool DirectEngine::set_concurrency(std::string_view queue, std::uint32_t) {
  const auto& queues = shared_->config.queues;
  return std::any_of(queues.begin(), queues.end(),
                     [&](const QueueConfig& one) { return one.name == queue; });
}

namespace {

[[noreturn]] void runs_no_queues(std::string_view queue) {
  throw Error(errc::unsupported,
              "queue \"" + std::string{queue}
                + "\": only a supervisor of RunMode::actors runs queues");
}

} // namespace

bool DirectEngine::run_queue(const QueueConfig& queue) {
  runs_no_queues(queue.name);
}

bool DirectEngine::drop_queue(std::string_view queue) {
  runs_no_queues(queue);
}

std::uint64_t DirectEngine::attach_telemetry(TelemetryHandler handler) {
  return shared_->telemetry.attach(
    [handler = std::move(handler), shared = shared_.get()](const Events& events) {
      for (const auto& event : *events)
        call_handler(handler, event, shared->config.log);
    });
}

void DirectEngine::detach_telemetry(std::uint64_t id) {
  shared_->telemetry.detach(id);
}

std::optional<UnixTime> DirectEngine::next_due() {
  Turn turn;
  return apply(turn).next_due;
}

std::vector<std::string> DirectEngine::queues_with_jobs() {
  const std::lock_guard lock(mutex_);
  std::set<std::string> names;
  for (const auto& count : store_->counts())
    if (count.count > 0)
      names.insert(count.queue);
  return {names.begin(), names.end()};
}

} // namespace zzz_jobs::runtime
