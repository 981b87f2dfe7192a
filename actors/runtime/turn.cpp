#include <zzz_jobs/actors/runtime/turn.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

bool makes_available(OutcomeKind kind) {
  return kind == OutcomeKind::release || kind == OutcomeKind::rescue;
}

void take_reports(Waiting& waiting, Turn& turn) {
  auto& outcomes = turn.batch.outcomes;
  bool look = false;
  while (!waiting.reports.empty() && outcomes.size() < turn_rows_max) {
    auto& report = *waiting.reports.front().report;
    for (auto& finished : report.finished) {
      look = look || makes_available(finished.outcome.kind);
      outcomes.push_back(std::move(finished.outcome));
      if (finished.progress)
        turn.batch.progress.push_back(*finished.progress);
    }
    std::copy(report.progress.begin(), report.progress.end(),
              std::back_inserter(turn.batch.progress));
    turn.reports.push_back(std::move(waiting.reports.front()));
    waiting.reports.pop_front();
  }
  if (look)
    waiting.look_everywhere();
}

void announce_jobs(Waiting& waiting, const std::vector<NewJob>& jobs) {
  const std::string* last = nullptr;
  for (const auto& job : jobs) {
    if (last != nullptr && *last == job.queue)
      continue;
    last = &job.queue;
    waiting.wakes.queues.insert(job.queue);
    for (auto& subscriber : waiting.subscribers)
      if (subscriber.queue == job.queue)
        subscriber.look_again();
  }
}

void take_enqueues(Waiting& waiting, Turn& turn) {
  auto& rows = turn.batch.enqueues;
  while (!waiting.enqueues.empty()) {
    auto& call = waiting.enqueues.front();
    if (!rows.empty() && rows.size() + call->count > turn_rows_max)
      return;
    if (call->gate.take()) {
      announce_jobs(waiting, call->jobs);
      if (rows.empty())
        rows.swap(call->jobs);
      else
        std::move(call->jobs.begin(), call->jobs.end(), std::back_inserter(rows));
      turn.enqueues.push_back(std::move(call));
    }
    waiting.enqueues.pop_front();
  }
}

void take_claims(Waiting& waiting, Turn& turn, const Shared& shared) {
  auto& subscribers = waiting.subscribers;
  const auto hungry =
    std::count_if(subscribers.begin(), subscribers.end(), [](const auto& s) { return s.hungry(); });
  if (hungry == 0)
    return;
  // Equal shares, so that no queue makes another one wait for its turn.
  const auto share = static_cast<std::uint32_t>(
    std::max<std::size_t>(1, turn_rows_max / static_cast<std::size_t>(hungry)));
  const auto known = shared.claimable();
  for (std::size_t i = 0; i < subscribers.size(); ++i) {
    auto& one = subscribers[i];
    if (!one.hungry())
      continue;
    const auto slots = std::min(one.unasked_slots(), share);
    const auto prefetch = std::min(one.unasked_prefetch(), share - slots);
    one.asked_slots += slots;
    one.asked_prefetch += prefetch;
    turn.batch.claims.push_back({one.queue, slots, prefetch, one.direct_start, known});
    turn.claimants.push_back({i, one.news});
  }
}

EventType event_of(OutcomeKind kind, JobState now) {
  switch (now) {
    case JobState::completed: return EventType::job_completed;
    case JobState::discarded: return EventType::job_discarded;
    case JobState::cancelled: return EventType::job_cancelled;
    case JobState::scheduled: return EventType::job_snoozed;
    case JobState::available:
    case JobState::executing:
    case JobState::retryable: break;
  }
  return kind == OutcomeKind::fail ? EventType::job_failed : EventType::job_rescued;
}

/// What an applied outcome counts as; null: a job handed back unstarted is no event.
Counters::Counter* counter_of(Counters& counters, OutcomeKind kind, JobState now) {
  if (kind == OutcomeKind::release)
    return &counters.released;
  switch (event_of(kind, now)) {
    case EventType::job_completed: return &counters.completed;
    case EventType::job_discarded: return &counters.discarded;
    case EventType::job_cancelled: return &counters.cancelled;
    case EventType::job_snoozed: return &counters.snoozed;
    case EventType::job_failed: return &counters.failed;
    default: return &counters.rescued;
  }
}

void add_outcome_event(std::vector<Event>& events, Finished& finished, EventType type,
                       std::string error, std::optional<JobState> state) {
  Event event{.type = type, .queue = finished.job.queue};
  event.result.job = std::move(finished.job);
  if (state)
    event.result.job.state = *state;
  event.result.duration = finished.duration;
  event.result.error = std::move(error);
  events.push_back(std::move(event));
}

void publish_outcomes(Turn& turn, const BatchResult& result, Shared& shared) {
  const bool listening = turn.errors.size() == turn.batch.outcomes.size();
  std::size_t i = 0;
  for (auto& queued : turn.reports) {
    for (auto& finished : queued.report->finished) {
      const auto& outcome = turn.batch.outcomes[i];
      // A handler that has completed its job itself is refused, and yet is right.
      const bool settled = finished.settled;
      const bool applied = settled || result.outcomes[i] == OutcomeResult::applied;
      const auto state = settled ? JobState::completed : result.outcome_states[i];
      const auto kind = settled ? OutcomeKind::complete : outcome.kind;
      auto* counter =
        applied ? counter_of(shared.counters, kind, state) : &shared.counters.outcomes_refused;
      counter->fetch_add(1, std::memory_order_relaxed);
      if (listening && kind != OutcomeKind::release) {
        const auto type = applied ? event_of(kind, state) : EventType::outcome_refused;
        add_outcome_event(turn.events, finished, type, std::move(turn.errors[i]),
                          applied ? std::optional{state} : std::nullopt);
      }
      ++i;
    }
  }
}

void complete_enqueue_events(Turn& turn, const BatchResult& result, Counters& counters) {
  std::vector<Event> kept;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < result.enqueued.size(); ++i) {
    const auto& answer = result.enqueued[i];
    if (answer.conflict || answer.failed != errc{})
      continue;
    ++count;
    if (turn.events.empty())
      continue;
    auto& job = turn.events[i].result.job;
    job.id = answer.id;
    job.state = answer.state;
    job.inserted_at = answer.inserted_at;
    job.scheduled_at = answer.scheduled_at;
    kept.push_back(std::move(turn.events[i]));
  }
  turn.events = std::move(kept);
  counters.enqueued.fetch_add(count, std::memory_order_relaxed);
}

} // namespace

void tell_notices(const std::vector<std::string>& queues, const BatchResult& result,
                  const Shared& shared) {
  for (const auto& queue : queues)
    shared.notices.tell({.kind = Notice::Kind::jobs, .queue = queue});
  for (const auto& answer : result.enqueued)
    if (answer.cancelled)
      shared.notices.tell({.kind = Notice::Kind::cancelled, .claim = *answer.cancelled});
}

void add_queues_to_tell(std::vector<std::string>& queues, const std::vector<NewJob>& jobs,
                        const Shared& shared) {
  if (!shared.notices.active())
    return;
  for (const auto& row : jobs)
    if (std::find(queues.begin(), queues.end(), row.queue) == queues.end())
      queues.push_back(row.queue);
}

void announce(Waiting& waiting, const Batch& batch) {
  announce_jobs(waiting, batch.enqueues);
  if (std::any_of(batch.outcomes.begin(), batch.outcomes.end(),
                  [](const Outcome& outcome) { return makes_available(outcome.kind); }))
    waiting.look_everywhere();
}

/// The job as far as it is known before the store has numbered it; the batch's
/// own strings are the store's to take.
void prepare_to_tell(Turn& turn, const Shared& shared) {
  add_queues_to_tell(turn.told, turn.batch.enqueues, shared);
  if (!shared.telemetry.active())
    return;
  for (const auto& outcome : turn.batch.outcomes)
    turn.errors.push_back(outcome.error);
  for (const auto& row : turn.batch.enqueues) {
    Event event{.type = EventType::job_enqueued, .queue = row.queue};
    event.result.job = as_job(row);
    turn.events.push_back(std::move(event));
  }
}

Turn take_turn(Waiting& waiting, const Shared& shared) {
  Turn turn;
  take_reports(waiting, turn);
  take_enqueues(waiting, turn);
  take_claims(waiting, turn, shared);
  prepare_to_tell(turn, shared);
  return turn;
}

void forget_asked(Waiting& waiting, const Turn& turn) {
  for (std::size_t i = 0; i < turn.claimants.size(); ++i) {
    auto& subscriber = waiting.subscribers[turn.claimants[i].subscriber];
    subscriber.asked_slots -= turn.batch.claims[i].slots;
    subscriber.asked_prefetch -= turn.batch.claims[i].prefetch;
  }
}

void put_back(Waiting& waiting, Turn& turn) {
  forget_asked(waiting, turn);
  auto outcome = turn.batch.outcomes.begin();
  for (auto& queued : turn.reports)
    for (auto& finished : queued.report->finished)
      finished.outcome = std::move(*outcome++);
  waiting.reports.insert(waiting.reports.begin(), std::make_move_iterator(turn.reports.begin()),
                         std::make_move_iterator(turn.reports.end()));
  auto row = std::make_move_iterator(turn.batch.enqueues.begin());
  for (auto& call : turn.enqueues) {
    const auto end = row + static_cast<std::ptrdiff_t>(call->count);
    call->jobs.assign(row, end);
    row = end;
    call->gate.put_back();
  }
  waiting.enqueues.insert(waiting.enqueues.begin(), std::make_move_iterator(turn.enqueues.begin()),
                          std::make_move_iterator(turn.enqueues.end()));
}

/// Reports are left as they are, as their queue supervisors may look into them: a turn that
/// has locked ones gets new ones, with what was recorded.
std::vector<QueuedReport> take_locked(Turn& turn, BatchResult& result) {
  const auto is_locked = [](OutcomeResult one) { return one == OutcomeResult::locked; };
  if (std::none_of(result.outcomes.begin(), result.outcomes.end(), is_locked))
    return {};
  std::vector<QueuedReport> locked;
  std::vector<Outcome> outcomes;
  std::vector<std::string> errors;
  BatchResult of_kept;
  std::size_t i = 0;
  for (auto& queued : turn.reports) {
    auto kept = std::make_shared<Report>();
    auto left = std::make_shared<Report>();
    for (auto& finished : queued.report->finished) {
      auto& outcome = turn.batch.outcomes[i];
      if (is_locked(result.outcomes[i])) {
        finished.outcome = std::move(outcome);
        left->finished.push_back(finished);
      } else {
        kept->finished.push_back(std::move(finished));
        outcomes.push_back(std::move(outcome));
        of_kept.outcomes.push_back(result.outcomes[i]);
        of_kept.outcome_states.push_back(result.outcome_states[i]);
        if (i < turn.errors.size())
          errors.push_back(std::move(turn.errors[i]));
      }
      ++i;
    }
    auto whole = std::exchange(queued.report, std::move(kept));
    if (left->finished.empty()) {
      queued.rest_of = queued.rest_of ? queued.rest_of : std::move(whole);
      continue;
    }
    locked.push_back({std::exchange(queued.queue, {}), std::move(left),
                      queued.rest_of ? queued.rest_of : std::move(whole)});
  }
  turn.batch.outcomes = std::move(outcomes);
  turn.errors = std::move(errors);
  result.outcomes = std::move(of_kept.outcomes);
  result.outcome_states = std::move(of_kept.outcome_states);
  return locked;
}

void publish_turn(Turn& turn, const BatchResult& result, Shared& shared) {
  shared.counters.turns.fetch_add(1, std::memory_order_relaxed);
  tell_notices(turn.told, result, shared);
  complete_enqueue_events(turn, result, shared.counters);
  publish_outcomes(turn, result, shared);
  shared.telemetry.publish(std::exchange(turn.events, {}));
}

} // namespace zzz_jobs::runtime
