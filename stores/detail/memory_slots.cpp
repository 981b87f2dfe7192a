#include <zzz_jobs/stores/detail/memory_slots.hpp>

namespace zzz_jobs::detail {

Job to_job(const MemorySlot& slot, std::int64_t node_id) {
  Job job;
  job.id = slot.id;
  job.state = slot.state;
  job.queue = slot.queue().name;
  job.worker = slot.line->worker;
  job.args = slot.args;
  job.priority = slot.priority;
  job.attempt = slot.attempt;
  job.max_attempts = slot.max_attempts;
  job.free_attempts = slot.free_attempts;
  job.timeout = slot.timeout;
  job.scheduled_at = slot.scheduled_at;
  job.attempted_at = slot.attempted_at;
  job.completed_at = slot.completed_at;
  job.inserted_at = slot.inserted_at;
  if (slot.owned)
    job.node = node_id;
  if (!slot.extras)
    return job;
  job.errors = slot.extras->errors;
  job.unique_key = slot.extras->unique_key;
  job.result = slot.extras->result;
  job.progress = slot.extras->progress;
  job.progress_note = slot.extras->progress_note;
  return job;
}

MemorySlot& MemorySlots::add() {
  const auto id = last_id_ + 1;
  if (pages_.empty())
    first_page_ = id / page_size;
  const auto index = static_cast<std::size_t>(id / page_size - first_page_);
  while (pages_.size() <= index)
    pages_.emplace_back();
  if (!pages_[index])
    pages_[index] = std::make_unique<Page>();
  auto& slot = pages_[index]->slots[static_cast<std::size_t>(id % page_size)];
  slot.id = id;
  last_id_ = id;
  ++pages_[index]->used;
  ++size_;
  return slot;
}

MemorySlot* MemorySlots::find(std::int64_t id) noexcept {
  auto* page = page_of(id);
  if (!page)
    return nullptr;
  auto& slot = page->slots[static_cast<std::size_t>(id % page_size)];
  return slot.id == id ? &slot : nullptr;
}

void MemorySlots::erase(std::int64_t id) noexcept {
  auto* page = page_of(id);
  page->slots[static_cast<std::size_t>(id % page_size)] = MemorySlot{};
  --size_;
  if (--page->used > 0)
    return;
  pages_[static_cast<std::size_t>(id / page_size - first_page_)].reset();
  while (!pages_.empty() && !pages_.front()) {
    pages_.pop_front();
    ++first_page_;
  }
}

} // namespace zzz_jobs::detail
