#include <zzz_jobs/stores/detail/memory_table.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs::detail {
namespace {

/// The lines of a queue that have an available job for this node, as a heap:
/// the line with the first job of all is on top.
class Heads {
public:
  Heads(MemoryQueue& queue, const std::unordered_set<std::string>* known) {
    for (auto& [worker, line] : queue.lines)
      if (!line.available.empty() && (!known || known->contains(worker)))
        lines_.push_back(&line);
    std::make_heap(lines_.begin(), lines_.end(), starts_later);
  }
  [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }
  [[nodiscard]] std::int64_t first_id() const { return lines_.front()->available.begin()->id; }

  /// Calls `take`, which takes the first job out of its line.
  template <class Take>
  void take_first(Take&& take) {
    std::pop_heap(lines_.begin(), lines_.end(), starts_later);
    take();
    if (lines_.back()->available.empty())
      lines_.pop_back();
    else
      std::push_heap(lines_.begin(), lines_.end(), starts_later);
  }

private:
  static bool starts_later(const MemoryLine* a, const MemoryLine* b) {
    return *b->available.begin() < *a->available.begin();
  }
  std::vector<MemoryLine*> lines_{};
};

/// Whether no attempt would be left after a claim.
bool next_is_last(const MemorySlot& slot) {
  return slot.attempts_used() + 1 >= slot.max_attempts;
}

} // namespace

std::vector<Job> MemoryTable::claim(const ClaimRequest& request, UnixTime now) {
  std::vector<Job> jobs;
  auto* queue = find_queue(request.queue);
  if (!queue || queue->paused)
    return jobs;
  const auto wanted = std::size_t{request.slots} + request.prefetch;
  const auto waiting = queue->counts[static_cast<std::size_t>(JobState::available)];
  jobs.reserve(std::min(wanted, static_cast<std::size_t>(waiting)));
  Heads heads{*queue, request.known_workers.get()};
  while (jobs.size() < wanted && !heads.empty()) {
    auto& slot = *slots_.find(heads.first_id());
    if (jobs.size() >= request.slots && next_is_last(slot))
      break;
    heads.take_first([&] { start(slot, now, true); });
    jobs.push_back(to_job(slot, node_id));
  }
  return jobs;
}

std::optional<Job> MemoryTable::claim_foreign(std::string_view queue_name, UnixTime now) {
  auto* queue = find_queue(queue_name);
  if (!queue || queue->paused)
    return std::nullopt;
  const Heads heads{*queue, nullptr};
  if (heads.empty())
    return std::nullopt;
  auto& slot = *slots_.find(heads.first_id());
  start(slot, now, false);
  return to_job(slot, node_id);
}

} // namespace zzz_jobs::detail
