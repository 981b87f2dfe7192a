#include <zzz_jobs/actors/runtime/store_actor.hpp>

#include <zzz_jobs/actors/runtime/cancelled_jobs.hpp>
#include <zzz_jobs/actors/runtime/outage.hpp>
#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds alarm_again_min = 20ms;
constexpr auto outage_log_interval = 60s;
/// A due time that lies further ahead is looked at again by then.
constexpr milliseconds alarm_max = std::chrono::hours{1};

} // namespace

caf::behavior store_actor(caf::stateful_actor<StoreState>* self, StoreSetup setup) {
  quiet_defaults(self);
  return self->state.start(self, std::move(setup));
}

caf::behavior StoreState::start(caf::stateful_actor<StoreState>* self, StoreSetup setup) {
  self_ = self;
  setup_ = std::move(setup);
  self_->set_down_handler([this](caf::down_msg& down) {
    end_turns(); // they know subscribers by their places
    std::erase_if(waiting_.subscribers,
                  [&](const Subscriber& one) { return one.supervisor.address() == down.source; });
  });
  end_inherited_turns();
  reclaim(true);
  return {
    [this](EnqueueMsg& message) {
      waiting_.enqueues.push_back(std::move(message.call));
      queue_turn();
    },
    [this](ReportMsg& message) { report(message); },
    [this](GuestBatchMsg& message) { guest_batch(message); },
    [this](GuestLeftMsg&) { reclaim(false); },
    [this](StoreCallMsg& message) {
      calls_.push_back(std::move(message.call));
      queue_turn();
    },
    [this](DemandMsg& message) { demand(message); },
    [this](WithdrawMsg& message) { withdraw(message); },
    [this](HelloMsg& message) { hello(message); },
    [this](CheckMsg& message) { check(message); },
    [this](LookAgainMsg&) {
      waiting_.look_everywhere();
      queue_turn();
    },
    [this](StoreBackMsg&) {
      retry_at_.reset();
      waiting_.look_everywhere();
      queue_turn();
    },
    [this](turn_atom) { turn(); },
    [this](alarm_atom) { alarm(); },
    [this](locked_atom) { try_locked(); },
    [this](QuitMsg&) { quit(); },
  };
}

Subscriber* StoreState::find(std::string_view queue) {
  const auto found =
    std::find_if(waiting_.subscribers.begin(), waiting_.subscribers.end(),
                 [&](const Subscriber& subscriber) { return subscriber.queue == queue; });
  return found == waiting_.subscribers.end() ? nullptr : &*found;
}

void StoreState::hello(HelloMsg& message) {
  end_turns(); // what they claim is its predecessor's
  auto* known = find(message.queue);
  if (known == nullptr)
    known = &waiting_.subscribers.emplace_back();
  *known = Subscriber{.queue = std::move(message.queue),
                      .supervisor = std::move(message.supervisor),
                      .direct_start = message.direct_start,
                      .held = std::move(message.held)};
  self_->monitor(known->supervisor);
  queue_turn();
}

void StoreState::report(ReportMsg& message) {
  // Progress is a hint: in an outage it would only pile up.
  if (retry_at_ && message.report->finished.empty()) {
    confirm({message.queue, message.report});
    return;
  }
  waiting_.reports.push_back({std::move(message.queue), std::move(message.report)});
  queue_turn();
}

void StoreState::confirm(const QueuedReport& queued) {
  if (const auto* subscriber = find(queued.queue))
    self_->send(subscriber->supervisor,
                RecordedMsg{queued.rest_of ? queued.rest_of : queued.report});
}

void StoreState::demand(const DemandMsg& message) {
  auto* subscriber = find(message.queue);
  if (subscriber == nullptr)
    return; // its supervisor ended meanwhile; the next one introduces itself
  if (message.poll)
    subscriber->look_again();
  subscriber->slots += message.slots;
  if (subscriber->look == Look::yes) // else it was told that nothing is there
    subscriber->prefetch += message.prefetch;
  if (subscriber->hungry())
    queue_turn();
}

void StoreState::withdraw(const WithdrawMsg& message) {
  end_turns(); // nothing comes behind the answer
  auto* subscriber = find(message.queue);
  if (subscriber == nullptr)
    return;
  subscriber->slots = 0;
  subscriber->prefetch = 0;
  self_->send(subscriber->supervisor, WithdrawnMsg{});
}

/// The message to oneself waits behind everything that is in the mailbox now,
/// which makes all of it part of the turn.
void StoreState::queue_turn() {
  if (std::exchange(turn_queued_, true))
    return;
  self_->send(self_, turn_atom::value);
}

void StoreState::turn() {
  turn_queued_ = false;
  if (!retry_at_ || std::chrono::steady_clock::now() >= *retry_at_) {
    if (apply_batch())
      compare_claims();
  }
  if (!calls_.empty())
    end_turns(); // a call stands between turns
  run_calls();
}

/// False if the turn failed. Where commits are slow it is left to itself, and what
/// has come meanwhile is the next one; a turn that has guests is waited for.
bool StoreState::apply_batch() {
  const bool with_guests = !std::exchange(guests_wait_, false);
  if (with_guests && !waiting_.guests.empty() && !end_turns())
    return false;
  if (with_guests)
    for (const auto& call : waiting_.guests)
      announce(waiting_, call->batch);
  auto turn = std::make_shared<Turn>(take_turn(waiting_, *setup_.shared));
  if (with_guests)
    join_guests(waiting_, *turn, *setup_.shared);
  if (turn->empty()) {
    if (!end_turns())
      return false;
    retry_at_.reset(); // what comes next is tried at once
    setup_.shared->guests.wake(std::exchange(waiting_.wakes, {}));
    if (!waiting_.guests.empty())
      queue_turn();
    return true;
  }
  std::optional<BatchResult> result;
  try {
    result = turn->guests.empty() ? store().begin_turn(turn->batch) : store().apply(turn->batch);
  } catch (...) {
    const auto error = std::current_exception();
    end_turns();
    not_applied(*turn, error);
    return false;
  }
  if (!result) {
    begun().push_back(std::move(turn));
    queue_turn();
    return begun().size() == 1 || end_turn();
  }
  end_turns();
  succeeded(*turn, *std::move(result));
  if (!waiting_.enqueues.empty() || !waiting_.reports.empty() || !waiting_.guests.empty())
    queue_turn();
  return true;
}

/// Something in the turn is what fails, not the store. The outcomes are tried
/// alone, so that one that the store cannot take (a trigger of the application's
/// that raises, say) does not hold up all others; that one's execution will be
/// found lost by the next check, and be rescued. Enqueues are tried again without
/// them; where there were none, they hear of it.
///
/// Of a turn that may have happened all the same, enqueues must hear; outcomes are
/// repeated like after an outage, since they count only once.
void StoreState::set_aside_refused(const std::exception_ptr& error) {
  const bool in_doubt = is_in_doubt(error);
  if (waiting_.reports.empty() || in_doubt)
    for (auto& call : std::exchange(waiting_.enqueues, {}))
      call->answer({}, error);
  if (in_doubt)
    return;
  for (auto& queued : std::exchange(waiting_.reports, {})) {
    for (auto& finished : queued.report->finished)
      record_alone(queued.queue, finished);
    confirm(queued);
  }
}

void StoreState::record_alone(const std::string& queue, Finished& finished) {
  const auto queue_of_job = finished.job.queue; // a rescue's report is of no queue
  Waiting one;
  auto report = std::make_shared<Report>();
  report->finished.push_back(std::move(finished));
  one.reports.push_back({queue, report});
  auto turn = take_turn(one, *setup_.shared);
  const auto claim = turn.batch.outcomes.front().claim;
  try {
    auto result = store().apply(turn.batch);
    set_locked_aside(turn, result);
    publish_turn(turn, result, *setup_.shared);
    for (const auto& outcome : turn.batch.outcomes)
      setup_.shared->guests.forget(outcome.claim);
    set_alarm(result.next_due);
  } catch (...) {
    const auto failure = std::current_exception();
    if (is_outage(failure) || is_in_doubt(failure)) {
      put_back(one, turn);
      waiting_.reports.push_back({"", std::move(one.reports.front().report)});
      return;
    }
    setup_.shared->guests.forget(claim);
    setup_.shared->log(LogLevel::error,
                       "outcome_not_recorded queue=" + queue_of_job
                         + " job=" + std::to_string(claim.job_id) + " attempt="
                         + std::to_string(claim.attempt) + " error=\"" + text_of(failure) + "\"");
  }
}

void StoreState::succeeded(Turn& turn, BatchResult result) {
  if (std::exchange(failures_, 0) > 0) {
    setup_.shared->trouble.recovered();
    setup_.shared->log(LogLevel::warning, "store_recovered after_s=" + outage_seconds());
    setup_.shared->telemetry.publish({Event{.type = EventType::store_recovered}});
    waiting_.look_everywhere();
    setup_.shared->guests.signal(StoreSignal::back);
    queue_turn();
  }
  retry_at_.reset();
  tell_cancelled(result);
  answer_guests(turn, result);
  set_locked_aside(turn, result);
  hand_out(turn, result);
  publish_turn(turn, result, *setup_.shared);
  setup_.shared->telemetry.publish(note_replaced(store(), result.enqueued, *setup_.shared));
  for (const auto& queued : turn.reports)
    confirm(queued);
  auto answered = std::make_move_iterator(result.enqueued.begin());
  for (auto& call : turn.enqueues) {
    const auto end = answered + static_cast<std::ptrdiff_t>(call->count);
    call->answer({answered, end});
    answered = end;
  }
  for (const auto& outcome : turn.batch.outcomes)
    setup_.shared->guests.forget(outcome.claim);
  set_alarm(result.next_due);
}

/// A unique job took the place of a running one, whose handler shall stop.
void StoreState::tell_cancelled(const BatchResult& result) {
  for (const auto& answer : result.enqueued)
    if (answer.cancelled) {
      for (const auto& subscriber : waiting_.subscribers)
        self_->send(subscriber.supervisor, StopJobMsg{*answer.cancelled, StopReason::cancelled});
      setup_.shared->guests.cancelled(*answer.cancelled);
    }
}

void StoreState::hand_out(const Turn& turn, BatchResult& result) {
  forget_asked(waiting_, turn);
  for (std::size_t i = 0; i < turn.claimants.size(); ++i) {
    auto& subscriber = waiting_.subscribers[turn.claimants[i].subscriber];
    const auto& asked = turn.batch.claims[i];
    auto& jobs = result.claimed[i];
    const auto count = static_cast<std::uint32_t>(jobs.size());
    const bool more = count >= asked.slots + asked.prefetch;
    if (!more && subscriber.news == turn.claimants[i].news)
      subscriber.look = count < asked.slots ? Look::no : Look::for_slots;
    const auto for_slots = std::min(subscriber.slots, count);
    subscriber.slots -= for_slots;
    subscriber.prefetch -=
      more ? std::min(subscriber.prefetch, count - for_slots) : subscriber.prefetch;
    if (count > 0 || asked.prefetch > 0) {
      ++subscriber.jobs_messages;
      if (subscriber.held) // said before these
        for (const auto& job : jobs)
          subscriber.held->push_back(job.claim());
      self_->send(subscriber.supervisor,
                  JobsMsg{std::make_shared<std::vector<Job>>(std::move(jobs)), more});
    }
    if (subscriber.hungry())
      queue_turn();
  }
}

void StoreState::failed(const std::exception_ptr& error) {
  auto& shared = *setup_.shared;
  shared.counters.store_failures.fetch_add(1, std::memory_order_relaxed);
  const auto now = std::chrono::steady_clock::now();
  const auto text = text_of(error);
  if (failures_ == 0) {
    failing_since_ = now;
    told_at_ = now;
    shared.log(LogLevel::error, "store_failed error=\"" + text + "\"");
    Event event{.type = EventType::store_failed};
    event.result.error = text;
    shared.telemetry.publish({std::move(event)});
  } else if (now - told_at_ >= outage_log_interval) {
    told_at_ = now;
    shared.log(LogLevel::error,
               "store_still_failing since_s=" + outage_seconds()
                 + " tries=" + std::to_string(failures_) + " error=\"" + text + "\"");
  }
  shared.trouble.failed(text, failing_since_, outcomes_waiting());
  const auto pause = outage_pause(failures_++);
  retry_at_ = now + pause;
  self_->delayed_send(self_, pause + 1ms, turn_atom::value);
}

std::string StoreState::outage_seconds() const {
  const auto time = std::chrono::steady_clock::now() - failing_since_;
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

std::size_t StoreState::outcomes_waiting() const {
  std::size_t count = 0;
  const auto add = [&](const auto& reports) {
    for (const auto& queued : reports)
      count += queued.report->finished.size();
  };
  add(waiting_.reports);
  add(locked_);
  return count;
}

/// A last turn, in an outage too.
void StoreState::quit() {
  retry_at_.reset();
  try_locked();
  apply_batch();
  end_turns();
  const auto lost = outcomes_waiting();
  if (lost > 0)
    setup_.shared->log(LogLevel::error,
                       "outcomes_lost count=" + std::to_string(lost)
                         + " action=\"their jobs run again\"");
  self_->quit(caf::exit_reason::user_shutdown);
}

void StoreState::run_calls() {
  for (auto& call : std::exchange(calls_, {}))
    if (call->gate.take())
      call->run(store());
}

void StoreState::alarm() {
  alarm_at_.reset();
  alarmed_at_ = std::chrono::steady_clock::now();
  waiting_.look_everywhere();
  queue_turn();
}

/// One timer for the next due job of all queues, not one a job.
void StoreState::set_alarm(std::optional<UnixTime> due) {
  if (!due || (alarm_at_ && *alarm_at_ <= *due))
    return;
  alarm_at_ = due;
  // The store tells whole seconds; its second began when the machine's did.
  const auto wall = std::chrono::system_clock::now();
  const auto into_second =
    std::chrono::floor<milliseconds>(wall - std::chrono::floor<std::chrono::seconds>(wall));
  // Whole seconds first: "never" in milliseconds is more than a number holds.
  const auto seconds =
    std::min(*due - store().now(), std::chrono::ceil<std::chrono::seconds>(alarm_max));
  const milliseconds ahead = seconds - into_second;
  // What is due and stays so (its queue is busy) must not keep turns going.
  const bool again = std::chrono::steady_clock::now() - alarmed_at_ < alarm_again_min;
  const auto least = again ? alarm_again_min : 1ms;
  self_->delayed_send(self_, std::clamp(ahead, least, alarm_max), alarm_atom::value);
}

} // namespace zzz_jobs::runtime
