#pragma once

#include <zzz_jobs/stores/detail/memory_slot.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>

namespace zzz_jobs::detail {

/// Slots by id. Ids are given in sequence and never again, so a slot is found
/// by two divisions; addresses stay, and a page goes when its last job does.
class MemorySlots {
public:
  /// A slot with the next id.
  MemorySlot& add();
  /// Null if there is none.
  [[nodiscard]] MemorySlot* find(std::int64_t id) noexcept;
  void erase(std::int64_t id) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Calls `visit(slot)` for the ids after `after_id` in ascending order, until it
  /// answers false.
  template <class Visit>
  void ascending(std::int64_t after_id, Visit&& visit) {
    const auto start = std::max(std::min(after_id, last_id_) + 1, first_page_ * page_size);
    walk(start, last_id_ + 1, 1, visit);
  }
  /// The same downwards for the ids below `before_id`.
  template <class Visit>
  void descending(std::int64_t before_id, Visit&& visit) {
    const auto start = std::min(std::max<std::int64_t>(before_id, 1) - 1, last_id_);
    walk(start, first_page_ * page_size - 1, -1, visit);
  }

private:
  static constexpr std::int64_t page_size = 256;
  struct Page {
    std::array<MemorySlot, static_cast<std::size_t>(page_size)> slots{};
    std::int64_t used = 0;
  };

  [[nodiscard]] Page* page_of(std::int64_t id) noexcept {
    const auto index = id / page_size - first_page_;
    if (id <= 0 || index < 0 || index >= static_cast<std::int64_t>(pages_.size()))
      return nullptr;
    return pages_[static_cast<std::size_t>(index)].get();
  }

  template <class Visit>
  void walk(std::int64_t id, std::int64_t end, std::int64_t step, Visit& visit) {
    while ((end - id) * step > 0) {
      auto* page = page_of(id);
      if (!page) { // jumps to the next page
        const auto within = id % page_size;
        id += step > 0 ? page_size - within : -within - 1;
        continue;
      }
      auto& slot = page->slots[static_cast<std::size_t>(id % page_size)];
      if (slot.id != 0 && !visit(slot))
        return;
      id += step;
    }
  }

  std::deque<std::unique_ptr<Page>> pages_{}; ///< null: all its jobs are gone
  std::int64_t first_page_ = 0;
  std::int64_t last_id_ = 0;
  std::size_t size_ = 0;
};

} // namespace zzz_jobs::detail
