#include <zzz_jobs/stores/detail/memory_table.hpp>
#include <zzz_jobs/stores/error_history.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace zzz_jobs::detail {

void MemoryTable::note_error(MemorySlot& slot, std::string_view text, UnixTime now) {
  auto& errors = slot.more().errors;
  errors = with_error(errors, slot.attempt, now, text, limits_);
}

void MemoryTable::fail(MemorySlot& slot, const Outcome& outcome, UnixTime now) {
  note_error(slot, outcome.error, now);
  if (slot.attempts_used() >= slot.max_attempts)
    finish(slot, JobState::discarded, now);
  else
    wait(slot, JobState::retryable, later(now, outcome.delay));
}

void MemoryTable::rescue(MemorySlot& slot, const Outcome& outcome, UnixTime now) {
  note_error(slot, "lost: " + outcome.error, now);
  if (slot.attempts_used() >= slot.max_attempts) {
    finish(slot, JobState::discarded, now);
    return;
  }
  set_state(slot, JobState::available);
  enter(slot);
}

void MemoryTable::end(MemorySlot& slot, Outcome& outcome, UnixTime now) {
  switch (outcome.kind) {
    case OutcomeKind::complete:
      if (outcome.result)
        slot.more().result = std::move(outcome.result);
      finish(slot, JobState::completed, now);
      break;
    case OutcomeKind::fail: fail(slot, outcome, now); break;
    case OutcomeKind::discard:
      note_error(slot, outcome.error, now);
      finish(slot, JobState::discarded, now);
      break;
    case OutcomeKind::cancel:
      note_error(slot, outcome.error, now);
      finish(slot, JobState::cancelled, now);
      break;
    case OutcomeKind::snooze:
      ++slot.free_attempts;
      wait(slot, JobState::scheduled, later(now, outcome.delay));
      break;
    case OutcomeKind::release:
      ++slot.free_attempts;
      set_state(slot, JobState::available);
      enter(slot);
      break;
    case OutcomeKind::rescue: rescue(slot, outcome, now); break;
  }
}

void MemoryTable::report(MemorySlot& slot, Progress& progress) {
  slot.more().progress = progress.percent;
  slot.more().progress_note = std::move(progress.note);
}

std::vector<MemorySlot*> MemoryTable::foreign_before(UnixTime time) {
  std::vector<MemorySlot*> found;
  for (auto& [name, queue] : queues_)
    std::copy_if(
      queue.executing.begin(), queue.executing.end(), std::back_inserter(found),
      [&](const MemorySlot* slot) { return !slot->owned && *slot->attempted_at < time; });
  return found;
}

} // namespace zzz_jobs::detail
