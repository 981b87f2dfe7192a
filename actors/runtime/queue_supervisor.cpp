#include <zzz_jobs/actors/runtime/queue_supervisor.hpp>

#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>
#include <zzz_jobs/actors/runtime/worker_actor.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

using namespace std::chrono_literals;

/// After so long nothing may wait behind a job that turned out slow.
constexpr auto look_interval = 5ms;
/// Jobs that were claimed ahead and not started for so long go back, where
/// other nodes may take them.
constexpr auto buffered_max = 1s;
/// How often the executions held here are compared with the store's.
constexpr auto check_interval = 5s;

} // namespace

caf::behavior queue_supervisor(caf::stateful_actor<QueueState>* self, QueueSetup setup) {
  quiet_defaults(self);
  return self->state.start(self, std::move(setup));
}

caf::behavior QueueState::start(caf::stateful_actor<QueueState>* self, QueueSetup setup) {
  self_ = self;
  setup_ = std::move(setup);
  concurrency_ = setup_.gauge->concurrency;
  setup_.gauge->running = 0;
  slots_.resize(concurrency_);
  self_->set_down_handler([this](caf::down_msg& down) { worker_ended(down); });
  draining_ = setup_.shared->draining;
  introduce();
  fill();
  poll_later();
  self_->delayed_send(self_, check_interval, check_atom::value);
  return {
    [this](JobsMsg& message) { jobs_came(*message.jobs, message.more); },
    [this](AssignmentMsg& message) { news(message); },
    [this](RecordedMsg& message) { recorded(message); },
    [this](ProgressMsg& message) {
      auto progress = std::make_shared<Report>();
      progress->progress.push_back(std::move(message.progress));
      unconfirmed_.push_back(progress);
      self_->send(setup_.store, ReportMsg{setup_.queue, std::move(progress)});
    },
    [this](look_atom) { look(); },
    [this](poll_atom, std::uint64_t round) { poll(round); },
    [this](PollIntervalMsg&) { poll_later(); },
    [this](StopJobMsg& message) { stop_job(message); },
    [this](PausedMsg&) { paused(); },
    [this](ConcurrencyMsg& message) { set_concurrency(message.concurrency); },
    [this](StoreActorMsg& message) { store_replaced(message.store); },
    [this](DrainMsg& message) { drain(message); },
    [this](check_atom) {
      send_check(false);
      self_->delayed_send(self_, check_interval, check_atom::value);
    },
    [this](CompareClaimsMsg&) { send_check(true); },
    [this](WithdrawnMsg&) {
      withdrawn_ = true;
      check_drained();
    },
    [this](StopAllMsg& message) {
      for (auto& slot : slots_)
        if (slot.assignment)
          slot.assignment->stop_running(message.reason);
    },
    [this](AbandonMsg&) { abandon(); },
    [this](QuitMsg&) { quit(); },
  };
}

// --- jobs in ------------------------------------------------------------------------

void QueueState::introduce() {
  jobs_messages_ = 0;
  self_->send(setup_.store,
              HelloMsg{setup_.queue, caf::actor_cast<caf::actor>(self_), claims_held(),
                       setup_.gauge->direct_start});
}

void QueueState::send_check(bool asked_for) {
  self_->send(setup_.store, CheckMsg{setup_.queue, claims_held(), jobs_messages_, asked_for});
}

/// All executions that this actor answers for.
std::vector<Claim> QueueState::claims_held() const {
  std::vector<Claim> held;
  for (const auto& job : buffer_)
    held.push_back(job.claim());
  for (const auto& slot : slots_)
    if (slot.assignment)
      slot.assignment->add_claims(held);
  for (const auto& report : unconfirmed_)
    for (const auto& finished : report->finished)
      held.push_back(finished.outcome.claim);
  return held;
}

void QueueState::jobs_came(std::vector<Job>& jobs, bool more) {
  const auto count = static_cast<std::uint32_t>(jobs.size());
  const auto for_slots = std::min(asked_slots_, count);
  const bool surplus = for_slots > idle();
  ++jobs_messages_;
  asked_slots_ -= for_slots;
  asked_prefetch_ = more ? asked_prefetch_ - std::min(asked_prefetch_, count - for_slots) : 0;
  more_waiting_ = more;
  std::move(jobs.begin(), jobs.end(), std::back_inserter(buffer_));
  if (draining_)
    release_waiting();
  fill();
  if (surplus)
    release_last_attempts();
}

/// More came than can start, since the concurrency was lowered meanwhile: a crash
/// now would discard jobs on their last attempt that never ran.
void QueueState::release_last_attempts() {
  std::vector<Finished> back;
  for (auto& job : buffer_)
    if (job.is_last_attempt())
      back.push_back(unstarted(job, OutcomeKind::release));
  std::erase_if(buffer_, [](const Job& job) { return job.is_last_attempt(); });
  report(std::move(back));
}

void QueueState::fill() {
  if (draining_)
    return;
  hand_to_workers();
  if (!buffer_.empty())
    arm_look();
  ask_store();
}

void QueueState::hand_to_workers() {
  auto idle_left = idle();
  for (std::size_t i = 0; i < concurrency_ && !buffer_.empty() && idle_left > 0; ++i) {
    const auto index = (first_look_ + i) % concurrency_;
    if (slots_[index].assignment)
      continue;
    assign(index, take_for_one(idle_left));
    --idle_left;
  }
}

std::vector<Job> QueueState::take_for_one(std::size_t idle) {
  const auto share = (buffer_.size() + idle - 1) / idle;
  const auto most = std::min(pace_.jobs_at_once(), share);
  std::vector<Job> jobs;
  jobs.reserve(most);
  while (jobs.size() < most && !buffer_.empty()) {
    // A last attempt starts at once or stays here: a crash before its start
    // would count as the attempt and discard a job that never ran.
    if (!jobs.empty() && buffer_.front().is_last_attempt())
      break;
    jobs.push_back(std::move(buffer_.front()));
    buffer_.pop_front();
  }
  return jobs;
}

void QueueState::assign(std::size_t index, std::vector<Job> jobs) {
  auto& slot = slots_[index];
  if (!slot.worker) {
    slot.worker = self_->spawn<caf::monitored>(
      worker_actor, WorkerSetup{caf::actor_cast<caf::actor>(self_), setup_.shared, setup_.pool});
    setup_.directory->set(worker_name(index), slot.worker);
  }
  const bool several = jobs.size() > 1;
  slot.assignment =
    std::make_shared<Assignment>(std::move(jobs), setup_.shared->workers.workers(), setup_.pool);
  setup_.gauge->running = static_cast<std::uint32_t>(++busy_);
  slot.since = std::chrono::steady_clock::now();
  progress_at_ = slot.since;
  self_->send(slot.worker, AssignMsg{index, slot.assignment});
  if (several)
    arm_look();
}

/// Jobs for the idle workers, and some ahead where handlers are fast. Few, large
/// requests: a further one only when half of what is wanted ahead is missing.
void QueueState::ask_store() {
  DemandMsg demand{.queue = setup_.queue};
  const auto idle_now = static_cast<std::uint32_t>(buffer_.empty() ? idle() : 0);
  if (idle_now > asked_slots_)
    demand.slots = idle_now - asked_slots_;
  const auto ahead =
    more_waiting_ ? pace_.prefetch(concurrency_, setup_.shared->config.prefetch_max) : 0;
  const auto there = static_cast<std::uint32_t>(buffer_.size()) + asked_prefetch_;
  if (there < ahead && (demand.slots > 0 || there <= ahead / 2))
    demand.prefetch = ahead - there;
  if (demand.slots == 0 && demand.prefetch == 0)
    return;
  asked_slots_ += demand.slots;
  asked_prefetch_ += demand.prefetch;
  self_->send(setup_.store, std::move(demand));
}

// --- outcomes out -------------------------------------------------------------------

void QueueState::news(const AssignmentMsg& message) {
  progress_at_ = std::chrono::steady_clock::now();
  auto& assignment = *message.assignment;
  if (!message.done) {
    take_back(assignment); // what runs is out of time, or may be
    fill();
    return;
  }
  if (message.slot < slots_.size() && slots_[message.slot].assignment == message.assignment) {
    vacate(slots_[message.slot]);
    first_look_ = message.slot;
  }
  if (slots_.size() > concurrency_)
    set_concurrency(concurrency_); // ends the surplus worker
  collect(assignment);
  fill();
  check_drained();
}

void QueueState::collect(Assignment& assignment) {
  auto finished = assignment.take_finished();
  if (finished.empty())
    return;
  std::chrono::nanoseconds total{0};
  std::size_t started = 0;
  for (const auto& one : finished) {
    total += one.duration;
    started += one.started ? 1 : 0;
  }
  pace_.add(total, started);
  setup_.shared->counters.started.fetch_add(started, std::memory_order_relaxed);
  report(std::move(finished));
}

/// Kept until the store actor confirms it: should that one end, its successor
/// gets it again.
void QueueState::report(std::vector<Finished> finished) {
  if (finished.empty())
    return;
  auto made = std::make_shared<Report>();
  made->finished = std::move(finished);
  unconfirmed_.push_back(made);
  self_->send(setup_.store, ReportMsg{setup_.queue, std::move(made)});
}

/// Mostly the first one; later than others where a row was locked.
void QueueState::recorded(const RecordedMsg& message) {
  const auto found = std::find(unconfirmed_.begin(), unconfirmed_.end(), message.report);
  if (found != unconfirmed_.end())
    unconfirmed_.erase(found);
  check_drained();
}

// --- time ---------------------------------------------------------------------------

void QueueState::poll(std::uint64_t round) {
  if (draining_ || round != poll_round_)
    return;
  if (asked_slots_ + asked_prefetch_ > 0)
    self_->send(setup_.store, DemandMsg{.queue = setup_.queue, .poll = true});
  poll_later();
}

void QueueState::poll_later() {
  self_->delayed_send(self_, setup_.gauge->poll_interval.load(), poll_atom::value, ++poll_round_);
}

void QueueState::arm_look() {
  if (std::exchange(looking_, true))
    return;
  self_->delayed_send(self_, look_interval, look_atom::value);
}

/// Jobs wait behind one that runs longer than its like: they go to whoever is
/// idle, and what is finished is recorded now.
void QueueState::look() {
  looking_ = false;
  const auto now = std::chrono::steady_clock::now();
  bool again = false;
  for (auto& slot : slots_) {
    if (!slot.assignment)
      continue;
    if (slot.assignment->unstarted() == 0) {
      collect(*slot.assignment);
      continue;
    }
    again = true;
    if (now - slot.since >= look_interval)
      take_back(*slot.assignment);
  }
  if (!buffer_.empty() && now - progress_at_ > buffered_max) {
    pace_ = {}; // it was wrong: nothing more ahead until a handler ends
    release_waiting();
  }
  fill();
  if (again || !buffer_.empty())
    arm_look();
}

void QueueState::take_back(Assignment& assignment) {
  collect(assignment);
  to_buffer(assignment.take_unstarted());
}

/// In front: they were claimed before what waits there.
void QueueState::to_buffer(std::vector<Job> jobs) {
  buffer_.insert(buffer_.begin(), std::make_move_iterator(jobs.begin()),
                 std::make_move_iterator(jobs.end()));
}

// --- interventions ------------------------------------------------------------------

void QueueState::stop_job(const StopJobMsg& message) {
  std::erase_if(buffer_, [&](const Job& job) { return job.claim() == message.claim; });
  for (const auto& slot : slots_)
    if (slot.assignment && slot.assignment->stop(message.claim, message.reason))
      return;
}

/// The store hands out nothing of a paused queue; what came before goes back.
void QueueState::paused() {
  for (auto& slot : slots_)
    if (slot.assignment)
      take_back(*slot.assignment);
  release_waiting();
  fill();
}

/// Surplus workers finish what they have and are gone then.
void QueueState::set_concurrency(std::uint32_t concurrency) {
  concurrency_ = concurrency;
  setup_.gauge->concurrency = concurrency;
  while (slots_.size() > concurrency && !slots_.back().assignment) {
    if (slots_.back().worker)
      self_->send(slots_.back().worker, QuitMsg{});
    setup_.directory->remove(worker_name(slots_.size() - 1));
    slots_.pop_back();
  }
  if (slots_.size() < concurrency)
    slots_.resize(concurrency);
  fill();
}

void QueueState::store_replaced(const caf::actor& store) {
  setup_.store = store;
  asked_slots_ = 0;
  asked_prefetch_ = 0;
  introduce();
  for (const auto& report : unconfirmed_)
    self_->send(setup_.store, ReportMsg{setup_.queue, report});
  if (withdrawing_)
    self_->send(setup_.store, WithdrawMsg{setup_.queue});
  fill();
}

/// A worker ended unasked: what it ran counts as failed, what waited goes on
/// with others, and the next job in its slot gets a new worker.
void QueueState::worker_ended(const caf::down_msg& down) {
  for (auto& slot : slots_) {
    if (!slot.worker || slot.worker.address() != down.source)
      continue;
    slot.worker = nullptr;
    const auto assignment = vacate(slot);
    setup_.shared->counters.actors_replaced.fetch_add(1, std::memory_order_relaxed);
    setup_.shared->log(LogLevel::warning, "worker_replaced queue=" + setup_.queue);
    if (assignment) {
      // First what is not started: from then on its thread starts nothing, and
      // what it ran is finished or given up when the outcomes are collected.
      to_buffer(assignment->take_unstarted());
      assignment->give_up(OutcomeKind::fail, StopReason::lost_claim, "its worker actor ended");
      collect(*assignment);
    }
    break;
  }
  fill();
  check_drained();
}

std::string QueueState::worker_name(std::size_t index) const {
  return "worker " + setup_.queue + " " + std::to_string(index);
}

std::shared_ptr<Assignment> QueueState::vacate(Slot& slot) {
  if (slot.assignment)
    setup_.gauge->running = static_cast<std::uint32_t>(--busy_);
  return std::exchange(slot.assignment, nullptr);
}

std::size_t QueueState::idle() const {
  return busy_ < concurrency_ ? concurrency_ - busy_ : 0;
}

} // namespace zzz_jobs::runtime
