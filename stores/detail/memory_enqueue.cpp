#include <zzz_jobs/stores/detail/memory_table.hpp>

#include <utility>

namespace zzz_jobs::detail {
namespace {

UnixTime start_time(const NewJob& job, UnixTime now) {
  if (job.delay)
    return later(now, *job.delay);
  return job.scheduled_at.value_or(UnixTime{});
}

Enqueued answer(const MemorySlot& slot, bool conflict) {
  Enqueued done;
  done.id = slot.id;
  done.conflict = conflict;
  done.state = slot.state;
  done.inserted_at = slot.inserted_at;
  done.scheduled_at = slot.scheduled_at;
  return done;
}

Enqueued fired_before() {
  Enqueued done;
  done.conflict = true;
  return done;
}

Enqueued full(std::size_t capacity) {
  Enqueued done;
  done.failed = errc::store_full;
  done.error = "store: its capacity of " + std::to_string(capacity) + " jobs is used up";
  return done;
}

} // namespace

void MemoryTable::note_tick(const NewJob& job) {
  if (job.tick)
    cron_ticks_.fired(*job.tick);
}

MemorySlot* MemoryTable::holder_of(const std::optional<std::string>& key) const {
  if (!key)
    return nullptr;
  const auto holder = holders_.find(*key);
  return holder == holders_.end() ? nullptr : holder->second;
}

Enqueued MemoryTable::insert(NewJob& job, UnixTime now) {
  if (job.tick && cron_ticks_.was_fired(*job.tick))
    return fired_before();
  auto* holder = holder_of(job.unique_key);
  if (holder && job.unique_strategy == UniqueStrategy::ignore_new) {
    note_tick(job);
    return answer(*holder, true);
  }
  if (slots_.size() >= capacity_)
    return full(capacity_);
  Enqueued replacing;
  if (holder) {
    replacing.replaced = holder->id;
    if (holder->state == JobState::executing)
      replacing.cancelled = holder->claim();
    finish(*holder, JobState::cancelled, now);
  }
  note_tick(job);
  auto done = answer(add(job, now), false);
  done.replaced = replacing.replaced;
  done.cancelled = replacing.cancelled;
  return done;
}

MemorySlot& MemoryTable::add(NewJob& job, UnixTime now) {
  auto& line = line_of(job.queue, job.worker);
  auto& slot = slots_.add();
  slot.line = &line;
  ++line.jobs;
  slot.args = std::move(job.args);
  slot.priority = job.priority;
  slot.max_attempts = job.max_attempts;
  slot.timeout = job.timeout;
  slot.scheduled_at = start_time(job, now);
  slot.inserted_at = now;
  slot.state = slot.scheduled_at > now ? JobState::scheduled : JobState::available;
  if (job.unique_key) {
    slot.more().unique_key = std::move(job.unique_key);
    holders_.emplace(*slot.unique_key(), &slot);
  }
  enter(slot);
  return slot;
}

} // namespace zzz_jobs::detail
