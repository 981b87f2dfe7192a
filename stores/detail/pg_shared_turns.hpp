#pragma once

#include <zzz_jobs/stores/detail/pg_turns.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

namespace zzz_jobs::detail::pg {

/// Turns for several threads: each makes its own when it has them to itself and a
/// connection is free. `Setting` is called then, since time passes while it waits.
class SharedTurns {
public:
  SharedTurns(const PgStore::Config& config, const Statements& statements, Presence& presence)
    : turns_(config, statements, presence) {}

  /// What any thread may call without waiting: `tell` and the looks.
  [[nodiscard]] Turns& turns() noexcept { return turns_; }

  template <class Setting>
  [[nodiscard]] BatchResult apply(const Batch& batch, const Setting& setting, TurnEcho& echo) {
    const auto lock = free_lane();
    return turns_.apply(batch, setting(), echo);
  }
  template <class Setting>
  [[nodiscard]] std::optional<BatchResult> begin(const Batch& batch, const Setting& setting,
                                                 TurnEcho& echo) {
    const auto lock = free_lane();
    return turns_.begin(batch, setting(), echo);
  }
  [[nodiscard]] std::optional<BatchResult> end(TurnEcho& echo) {
    const std::lock_guard lock{mutex_};
    lane_is_free_.notify_one(); // who waits looks when this is over
    return turns_.end(echo);
  }

  void settle_doubts() {
    const std::lock_guard lock{mutex_};
    turns_.settle_doubts();
  }
  [[nodiscard]] std::vector<std::int64_t> give_up(const std::vector<SeenNode>& nodes) {
    const auto lock = free_lane();
    return turns_.give_up(nodes);
  }
  /// Without waiting for turns, which renew by themselves.
  void renew_aside(Watchdog& dog) {
    const std::unique_lock lock{mutex_, std::try_to_lock};
    if (lock)
      turns_.renew_aside(dog);
  }

private:
  [[nodiscard]] std::unique_lock<std::mutex> free_lane() {
    std::unique_lock lock{mutex_};
    lane_is_free_.wait(lock, [this] { return turns_.has_free_lane(); });
    return lock;
  }

  std::mutex mutex_{};
  std::condition_variable lane_is_free_{};
  Turns turns_;
};

} // namespace zzz_jobs::detail::pg
