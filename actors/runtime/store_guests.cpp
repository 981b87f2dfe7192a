// The part of the store actor that serves nodes without a store of their own.
#include <zzz_jobs/actors/runtime/store_actor.hpp>

#include <zzz_jobs/actors/runtime/outage.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace zzz_jobs::runtime {

/// In an outage it is not kept: the guest keeps what it has, and asks again.
void StoreState::guest_batch(GuestBatchMsg& message) {
  if (retry_at_ && std::chrono::steady_clock::now() < *retry_at_) {
    message.call->answer({},
                         std::make_exception_ptr(Error(
                           errc::unavailable, "store: it is out of order and tried again soon")));
    return;
  }
  if (!setup_.shared->guests.is_here(message.call->guest)) {
    message.call->answer(
      {}, std::make_exception_ptr(Error(errc::not_allowed, "guest: it has left; come in anew")));
    return;
  }
  setup_.shared->guests.asks(message.call->guest, message.call->batch);
  waiting_.guests.push_back(std::move(message.call));
  queue_turn();
}

/// Those that have claimed in this very turn had their look.
void StoreState::answer_guests(Turn& turn, BatchResult& result) {
  auto parts = part_guests(turn, result);
  setup_.shared->guests.wake(std::exchange(waiting_.wakes, {}));
  for (auto& [call, its_result] : parts) {
    note(*call, its_result);
    tell_notices({}, its_result, *setup_.shared); // their queues are told with the turn
    call->answer(std::move(its_result));
  }
}

/// The guest may have left while its batch waited: what was claimed for it goes back.
void StoreState::note(const GuestCall& call, const BatchResult& result) {
  setup_.shared->guests.note(call.guest, call.batch, result);
  if (!setup_.shared->guests.is_here(call.guest))
    reclaim(false);
}

/// Executions of guests that are gone: nobody will end them.
void StoreState::reclaim(bool all) {
  auto report = std::make_shared<Report>();
  report->finished = setup_.shared->guests.take_left_behind(all);
  if (report->finished.empty())
    return;
  waiting_.reports.push_back({"", std::move(report)});
  queue_turn();
}

/// Where it is not the store that fails, the batch of one party is at fault. Each
/// guest's is tried alone, so that its owner alone hears of it; this node's own
/// parts get a turn without guests, which shows whether they are.
void StoreState::not_applied(Turn& turn, const std::exception_ptr& error) {
  const auto guests = part_guests(turn);
  const bool is_mixed = !guests.empty() && !turn.empty();
  put_back(waiting_, turn);
  if (is_outage(error) || is_in_doubt(error)) {
    for (const auto& call : guests)
      call->answer({}, error);
  } else if (guests.size() > 1 || is_mixed) {
    for (const auto& call : guests)
      apply_alone(*call);
    guests_wait_ = is_mixed;
    queue_turn();
    return;
  } else {
    for (const auto& call : guests)
      call->answer({}, error);
    if (!guests.empty())
      return;
  }
  if (!is_outage(error))
    set_aside_refused(error);
  failed(error);
}

void StoreState::apply_alone(GuestCall& call) {
  announce(waiting_, call.batch);
  std::vector<std::string> queues;
  add_queues_to_tell(queues, call.batch.enqueues, *setup_.shared);
  BatchResult result;
  try {
    result = store().apply(call.batch);
  } catch (...) {
    call.answer({}, std::current_exception());
    return;
  }
  tell_cancelled(result);
  note(call, result);
  tell_notices(queues, result, *setup_.shared);
  set_alarm(result.next_due);
  call.answer(std::move(result));
}

} // namespace zzz_jobs::runtime
