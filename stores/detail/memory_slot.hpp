#pragma once

#include <zzz_jobs/stores/job.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace zzz_jobs::detail {

/// Lets maps keyed by strings be searched by views.
struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};
template <class Value>
using StringMap = std::unordered_map<std::string, Value, StringHash, std::equal_to<>>;

/// The order of claims.
struct Rank {
  std::int32_t priority = 0;
  std::int64_t id = 0;
  friend auto operator<=>(const Rank&, const Rank&) = default;
};

/// The order of what waits for a time, and of what ended.
struct Moment {
  UnixTime at{};
  std::int64_t id = 0;
  friend auto operator<=>(const Moment&, const Moment&) = default;
};

struct MemoryQueue;
struct MemorySlot;

/// The jobs of one worker in one queue. Claims look at the first available one
/// of each known worker, so an unknown worker's backlog costs them nothing.
struct MemoryLine {
  MemoryQueue* queue = nullptr;
  std::string_view worker{}; ///< the key in the queue's map
  std::set<Rank> available{};
  std::size_t jobs = 0; ///< in any state
};

struct MemoryQueue {
  std::string_view name{}; ///< the key in the table's map
  bool paused = false;
  std::array<std::int64_t, job_state_count> counts{};
  std::vector<MemorySlot*> executing{};
  StringMap<MemoryLine> lines{};
};

/// What most jobs never have.
struct MemoryExtras {
  std::string errors{};
  std::optional<std::string> unique_key{};
  std::optional<std::string> result{};
  std::optional<std::int32_t> progress{};
  std::optional<std::string> progress_note{};
};

/// One kept job: a Job with its names shared through `line`.
struct MemorySlot {
  std::int64_t id = 0; ///< 0: not in use
  MemoryLine* line = nullptr;
  std::string args{};
  JobState state = JobState::available;
  bool owned = false; ///< executing on this node, not through a plain claim
  std::int32_t priority = 0;
  std::int32_t attempt = 0;
  std::int32_t max_attempts = 20;
  std::int32_t free_attempts = 0;
  std::uint32_t executing_index = 0; ///< its place in MemoryQueue::executing
  std::chrono::seconds timeout{300};
  UnixTime scheduled_at{};
  std::optional<UnixTime> attempted_at{};
  std::optional<UnixTime> completed_at{};
  UnixTime inserted_at{};
  std::unique_ptr<MemoryExtras> extras{};

  [[nodiscard]] Rank rank() const noexcept { return {priority, id}; }
  [[nodiscard]] std::int32_t attempts_used() const noexcept { return attempt - free_attempts; }
  [[nodiscard]] Claim claim() const noexcept { return {id, attempt}; }
  [[nodiscard]] MemoryQueue& queue() const noexcept { return *line->queue; }
  MemoryExtras& more() {
    if (!extras)
      extras = std::make_unique<MemoryExtras>();
    return *extras;
  }
  /// Null if it has none.
  [[nodiscard]] const std::string* unique_key() const noexcept {
    return extras && extras->unique_key ? &*extras->unique_key : nullptr;
  }
};

/// The record as callers see it; `node_id` is the owner of what is owned.
[[nodiscard]] Job to_job(const MemorySlot& slot, std::int64_t node_id);

} // namespace zzz_jobs::detail
