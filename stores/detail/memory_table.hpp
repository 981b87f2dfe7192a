#pragma once

#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/cron_ticks.hpp>
#include <zzz_jobs/stores/detail/memory_slots.hpp>

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace zzz_jobs::detail {

/// MemoryStore's jobs and everything that finds them: a slot is in exactly one
/// of the indexes of its state, and every change of state goes through `set_state`.
/// Not safe for threads; the store has the lock.
class MemoryTable {
public:
  MemoryTable(std::size_t capacity, Limits limits);

  // What comes in and goes out.
  [[nodiscard]] Enqueued insert(NewJob& job, UnixTime now);
  void erase(MemorySlot& slot);
  [[nodiscard]] MemorySlot* find(std::int64_t id) noexcept { return slots_.find(id); }
  [[nodiscard]] MemorySlots& slots() noexcept { return slots_; }

  // Claims.
  void promote(UnixTime now);
  [[nodiscard]] std::vector<Job> claim(const ClaimRequest& request, UnixTime now);
  /// One job of any worker, without an owner.
  [[nodiscard]] std::optional<Job> claim_foreign(std::string_view queue, UnixTime now);
  [[nodiscard]] std::optional<UnixTime> next_due() const;

  // Ends of executions; the slot must be executing.
  void end(MemorySlot& slot, Outcome& outcome, UnixTime now);
  void report(MemorySlot& slot, Progress& progress);
  [[nodiscard]] std::vector<MemorySlot*> foreign_before(UnixTime time);

  // By hand.
  [[nodiscard]] ChangeResult retry(MemorySlot& slot, UnixTime now);
  [[nodiscard]] ChangeResult cancel(MemorySlot& slot, UnixTime now);

  // Final jobs, in the order in which they ended.
  [[nodiscard]] std::uint32_t erase_final(JobState state, const Retention& kept, UnixTime now,
                                          std::uint32_t limit);
  [[nodiscard]] std::uint32_t erase_completed_before(UnixTime time);

  // Queues.
  [[nodiscard]] MemoryQueue& queue_named(std::string_view name);
  [[nodiscard]] MemoryQueue* find_queue(std::string_view name) noexcept;
  [[nodiscard]] const StringMap<MemoryQueue>& queues() const noexcept { return queues_; }
  void drop_if_unused(MemoryQueue& queue);

  [[nodiscard]] CronTicks& cron_ticks() noexcept { return cron_ticks_; }
  std::int64_t node_id = 0;

private:
  [[nodiscard]] MemoryLine& line_of(std::string_view queue, std::string_view worker);
  void note_tick(const NewJob& job);
  [[nodiscard]] MemorySlot* holder_of(const std::optional<std::string>& key) const;
  [[nodiscard]] MemorySlot& add(NewJob& job, UnixTime now);

  void set_state(MemorySlot& slot, JobState to);
  void enter(MemorySlot& slot);
  void leave(MemorySlot& slot);
  void start(MemorySlot& slot, UnixTime now, bool owned);
  void finish(MemorySlot& slot, JobState state, UnixTime now);
  void wait(MemorySlot& slot, JobState state, UnixTime until);
  void note_error(MemorySlot& slot, std::string_view text, UnixTime now);
  void fail(MemorySlot& slot, const Outcome& outcome, UnixTime now);
  void rescue(MemorySlot& slot, const Outcome& outcome, UnixTime now);
  [[nodiscard]] std::set<Moment>& ended(JobState state) {
    return ended_[static_cast<std::size_t>(state)];
  }

  std::size_t capacity_;
  Limits limits_;
  MemorySlots slots_{};
  StringMap<MemoryQueue> queues_{};
  MemoryLine* last_line_ = nullptr; ///< enqueues come in runs of one worker
  std::set<Moment> due_{};          ///< scheduled and retryable
  std::array<std::set<Moment>, job_state_count> ended_{};
  /// Of live jobs; the views are the slots' own strings.
  std::unordered_map<std::string_view, MemorySlot*> holders_{};
  CronTicks cron_ticks_{};
};

/// `now` and a handler's delay, which may be absurd: held to 0..100 years.
[[nodiscard]] UnixTime later(UnixTime now, std::chrono::seconds delay);

} // namespace zzz_jobs::detail
