// How a queue supervisor comes to its end: see queue_supervisor.hpp.
#include <zzz_jobs/actors/runtime/queue_supervisor.hpp>

#include <utility>

namespace zzz_jobs::runtime {

void QueueState::drain(DrainMsg& message) {
  drained_ = std::move(message.drained);
  draining_ = true;
  if (!std::exchange(withdrawing_, true))
    self_->send(setup_.store, WithdrawMsg{setup_.queue});
  for (auto& slot : slots_)
    if (slot.assignment)
      take_back(*slot.assignment);
  release_waiting();
  check_drained();
}

void QueueState::abandon() {
  for (auto& slot : slots_) {
    const auto assignment = vacate(slot);
    if (!assignment)
      continue;
    to_buffer(assignment->take_unstarted());
    assignment->give_up(OutcomeKind::release, StopReason::shutdown, "");
    auto finished = assignment->take_finished();
    for (const auto& one : finished)
      if (one.outcome.kind == OutcomeKind::release && one.started)
        setup_.shared->log(LogLevel::warning,
                           "handler_ignored_stop queue=" + setup_.queue
                             + " job=" + std::to_string(one.job.id) + " attempt="
                             + std::to_string(one.job.attempt) + " action=\"handed back\"");
    report(std::move(finished));
  }
  release_waiting();
  check_drained();
}

void QueueState::release_waiting() {
  std::vector<Finished> back;
  back.reserve(buffer_.size());
  for (auto& job : std::exchange(buffer_, {}))
    back.push_back(unstarted(std::move(job), OutcomeKind::release));
  report(std::move(back));
}

void QueueState::check_drained() {
  if (!draining_ || !drained_ || !withdrawn_ || busy_ > 0 || !unconfirmed_.empty())
    return;
  std::exchange(drained_, nullptr)();
}

void QueueState::quit() {
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].worker) {
      self_->send(slots_[i].worker, QuitMsg{});
      setup_.directory->remove(worker_name(i));
    }
  self_->quit(caf::exit_reason::user_shutdown);
}

} // namespace zzz_jobs::runtime
