#include <zzz_jobs/actors/runtime/worker_actor.hpp>

#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>

#include <system_error>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto no_thread_retry = 100ms;

/// job_started is published by the thread that starts the job.
void publish_started(const TelemetryHub& telemetry, const Job& job) {
  if (!telemetry.active())
    return;
  std::vector<Event> events(1);
  events[0].type = EventType::job_started;
  events[0].queue = job.queue;
  events[0].result.job = job;
  telemetry.publish(std::move(events));
}

} // namespace

caf::behavior worker_actor(caf::stateful_actor<WorkerState>* self, WorkerSetup setup) {
  quiet_defaults(self);
  return self->state.start(self, std::move(setup));
}

caf::behavior WorkerState::start(caf::stateful_actor<WorkerState>* self, WorkerSetup setup) {
  self_ = self;
  setup_ = std::move(setup);
  self_->monitor(setup_.supervisor);
  self_->set_down_handler([this](caf::down_msg&) { orphaned(); });
  return {
    [this](AssignMsg& message) { assign(message); },
    [this](WorkedMsg&) { worked(); },
    [this](look_atom) {
      looks_.erase(looks_.begin());
      watch_timeouts();
    },
    [this](turn_atom) { submit(); },
    [this](QuitMsg&) { self_->quit(caf::exit_reason::user_shutdown); },
  };
}

void WorkerState::assign(AssignMsg& message) {
  slot_ = message.slot;
  assignment_ = std::move(message.assignment);
  if (const auto shortest = assignment_->shortest_timeout())
    look_at(std::chrono::steady_clock::now() + *shortest);
  submit();
}

void WorkerState::submit() {
  if (!assignment_)
    return;
  auto task = [assignment = assignment_, shared = setup_.shared, supervisor = setup_.supervisor,
               me = caf::actor_cast<caf::actor>(self_)] {
    const JobContext::ProgressSink progress = [&](const Progress& now) {
      caf::anon_send(supervisor, ProgressMsg{now});
    };
    work_through(*assignment, shared->rules(), &progress,
                 [&](const Job& job) { publish_started(shared->telemetry, job); });
    caf::anon_send(me, WorkedMsg{});
  };
  try {
    if (!setup_.pool->submit(std::move(task)))
      tell_no_thread("it waits for another handler's thread");
  } catch (const std::system_error& error) {
    tell_no_thread(error.what());
    self_->delayed_send(self_, no_thread_retry, turn_atom::value);
  }
}

void WorkerState::tell_no_thread(std::string_view error) {
  setup_.shared->log(LogLevel::error,
                     "no_handler_thread error=\"" + std::string{error}
                       + "\" action=\"raise the limit of threads\"");
}

void WorkerState::worked() {
  self_->send(setup_.supervisor, AssignmentMsg{slot_, std::exchange(assignment_, nullptr), true});
}

/// Without its supervisor nobody records what happens here: the store hands the
/// jobs to others.
void WorkerState::orphaned() {
  if (assignment_) {
    (void)assignment_->take_unstarted();
    assignment_->stop_running(StopReason::lost_claim);
  }
  self_->quit(caf::exit_reason::user_shutdown);
}

void WorkerState::watch_timeouts() {
  if (!assignment_)
    return;
  const auto next = assignment_->check_timeout(std::chrono::steady_clock::now());
  // A failure may have been added; and nothing waits behind a job out of time.
  self_->send(setup_.supervisor, AssignmentMsg{slot_, assignment_, false});
  if (next)
    look_at(*next);
}

/// A timer cannot be taken back, so one is set only if it is to fire before all
/// that are set: the earliest one sets the next.
void WorkerState::look_at(SteadyTime when) {
  if (!looks_.empty() && *looks_.begin() <= when)
    return;
  looks_.insert(when);
  self_->delayed_send(self_, when - std::chrono::steady_clock::now() + 1ms, look_atom::value);
}

} // namespace zzz_jobs::runtime
