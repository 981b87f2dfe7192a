#include <zzz_jobs/stores/detail/memory_table.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs::detail {

UnixTime later(UnixTime now, std::chrono::seconds delay) {
  constexpr std::chrono::seconds longest = std::chrono::days{36'525};
  return now + std::clamp(delay, std::chrono::seconds{0}, longest);
}

MemoryTable::MemoryTable(std::size_t capacity, Limits limits)
  : capacity_(capacity), limits_(limits) {}

// --- queues and lines --------------------------------------------------------

MemoryQueue* MemoryTable::find_queue(std::string_view name) noexcept {
  const auto found = queues_.find(name);
  return found == queues_.end() ? nullptr : &found->second;
}

MemoryQueue& MemoryTable::queue_named(std::string_view name) {
  if (auto* queue = find_queue(name))
    return *queue;
  const auto made = queues_.try_emplace(std::string{name}).first;
  made->second.name = made->first;
  return made->second;
}

MemoryLine& MemoryTable::line_of(std::string_view queue_name, std::string_view worker) {
  if (last_line_ && last_line_->worker == worker && last_line_->queue->name == queue_name)
    return *last_line_;
  auto& queue = queue_named(queue_name);
  auto found = queue.lines.find(worker);
  if (found == queue.lines.end()) {
    found = queue.lines.try_emplace(std::string{worker}).first;
    found->second.queue = &queue;
    found->second.worker = found->first;
  }
  last_line_ = &found->second;
  return *last_line_;
}

void MemoryTable::drop_if_unused(MemoryQueue& queue) {
  if (!queue.lines.empty() || queue.paused)
    return;
  queues_.erase(queues_.find(queue.name));
}

// --- changes of state --------------------------------------------------------

void MemoryTable::enter(MemorySlot& slot) {
  auto& queue = slot.queue();
  ++queue.counts[static_cast<std::size_t>(slot.state)];
  switch (slot.state) {
    case JobState::available:
      slot.line->available.emplace_hint(slot.line->available.end(), slot.rank());
      break;
    case JobState::executing:
      slot.executing_index = static_cast<std::uint32_t>(queue.executing.size());
      queue.executing.push_back(&slot);
      break;
    case JobState::retryable:
    case JobState::scheduled: due_.insert({slot.scheduled_at, slot.id}); break;
    case JobState::completed:
    case JobState::discarded:
    case JobState::cancelled: {
      auto& order = ended(slot.state);
      order.insert(order.end(), Moment{*slot.completed_at, slot.id});
      break;
    }
  }
}

void MemoryTable::leave(MemorySlot& slot) {
  auto& queue = slot.queue();
  --queue.counts[static_cast<std::size_t>(slot.state)];
  switch (slot.state) {
    case JobState::available: slot.line->available.erase(slot.rank()); break;
    case JobState::executing: {
      auto* last = queue.executing.back();
      queue.executing[slot.executing_index] = last;
      last->executing_index = slot.executing_index;
      queue.executing.pop_back();
      slot.owned = false;
      break;
    }
    case JobState::retryable:
    case JobState::scheduled: due_.erase({slot.scheduled_at, slot.id}); break;
    case JobState::completed:
    case JobState::discarded:
    case JobState::cancelled: ended(slot.state).erase({*slot.completed_at, slot.id}); break;
  }
}

/// The one place where a state changes. The callers below then set what orders
/// the slot in its new state (scheduled_at, completed_at), and let it enter.
void MemoryTable::set_state(MemorySlot& slot, JobState to) {
  const auto* key = slot.unique_key();
  if (key && is_final(to) && !is_final(slot.state))
    holders_.erase(*key);
  if (key && !is_final(to) && is_final(slot.state))
    holders_.emplace(*key, &slot);
  leave(slot);
  slot.state = to;
}

void MemoryTable::start(MemorySlot& slot, UnixTime now, bool owned) {
  set_state(slot, JobState::executing);
  ++slot.attempt;
  slot.attempted_at = now;
  slot.owned = owned;
  if (slot.extras) { // what the execution before this one said of itself
    slot.extras->progress.reset();
    slot.extras->progress_note.reset();
  }
  enter(slot);
}

void MemoryTable::finish(MemorySlot& slot, JobState state, UnixTime now) {
  set_state(slot, state);
  slot.completed_at = now;
  enter(slot);
}

void MemoryTable::wait(MemorySlot& slot, JobState state, UnixTime until) {
  set_state(slot, state);
  slot.scheduled_at = until;
  enter(slot);
}

void MemoryTable::promote(UnixTime now) {
  while (!due_.empty() && due_.begin()->at <= now) {
    auto& slot = *slots_.find(due_.begin()->id);
    set_state(slot, JobState::available);
    enter(slot);
  }
}

std::optional<UnixTime> MemoryTable::next_due() const {
  return due_.empty() ? std::nullopt : std::optional{due_.begin()->at};
}

void MemoryTable::erase(MemorySlot& slot) {
  if (const auto* key = slot.unique_key(); key && !is_final(slot.state))
    holders_.erase(*key);
  leave(slot);
  auto& line = *slot.line;
  auto& queue = *line.queue;
  slots_.erase(slot.id);
  if (--line.jobs > 0)
    return;
  if (last_line_ == &line)
    last_line_ = nullptr;
  queue.lines.erase(queue.lines.find(line.worker));
  drop_if_unused(queue);
}

ChangeResult MemoryTable::retry(MemorySlot& slot, UnixTime now) {
  if (slot.state == JobState::available || slot.state == JobState::executing)
    return ChangeResult::not_allowed;
  const auto* key = slot.unique_key();
  if (key && is_final(slot.state) && holders_.contains(*key))
    return ChangeResult::key_taken;
  set_state(slot, JobState::available);
  slot.scheduled_at = now;
  slot.free_attempts = slot.attempt;
  slot.completed_at.reset();
  enter(slot);
  return ChangeResult::changed;
}

ChangeResult MemoryTable::cancel(MemorySlot& slot, UnixTime now) {
  if (is_final(slot.state))
    return ChangeResult::not_allowed;
  finish(slot, JobState::cancelled, now);
  return ChangeResult::changed;
}

// --- final jobs --------------------------------------------------------------

std::uint32_t MemoryTable::erase_final(JobState state, const Retention& kept, UnixTime now,
                                       std::uint32_t limit) {
  auto& order = ended(state);
  const auto too_old = [&](const Moment& oldest) {
    return kept.age && oldest.at < now - std::max(*kept.age, std::chrono::seconds{0});
  };
  const auto too_many = [&] {
    return kept.count && std::cmp_greater(order.size(), std::max<std::int64_t>(*kept.count, 0));
  };
  std::uint32_t erased = 0;
  for (; erased < limit && !order.empty() && (too_old(*order.begin()) || too_many()); ++erased)
    erase(*slots_.find(order.begin()->id));
  return erased;
}

std::uint32_t MemoryTable::erase_completed_before(UnixTime time) {
  auto& order = ended(JobState::completed);
  std::uint32_t erased = 0;
  for (; !order.empty() && order.begin()->at < time; ++erased)
    erase(*slots_.find(order.begin()->id));
  return erased;
}

} // namespace zzz_jobs::detail
