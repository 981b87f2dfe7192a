#pragma once

#include "examples/digest_directory/console.hpp"

#include <zzz_jobs/zzz_jobs.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace digest_directory {

/// How many jobs of the queue are in which state.
struct QueueState {
  std::int64_t completed = 0;
  std::int64_t discarded = 0;
  std::int64_t cancelled = 0;
  std::int64_t failing = 0; ///< failed, and to be tried again
  std::int64_t live = 0;    ///< those included

  [[nodiscard]] std::int64_t done() const { return completed + discarded + cancelled; }
  [[nodiscard]] std::int64_t total() const { return done() + live; }
};

[[nodiscard]] QueueState queue_state(const std::vector<zzz_jobs::QueueCount>& counts);

/// `1200/6865 (17 %), 3400 jobs/s, 0 failed, 2 s left`. The speed is that of
/// this start; `has_all`: the total will not grow.
[[nodiscard]] std::string progress_line(const QueueState& now, double jobs_per_second,
                                        bool has_all);

/// Looks at the queue and shows how far it is, as often as is worth it.
class Progress {
public:
  using Clock = std::chrono::steady_clock;

  Progress(zzz_jobs::AnySupervisor& supervisor, Console& console);

  /// Looks again, unless it is too early; shows it, if it is time for that.
  void update(bool has_all);

  [[nodiscard]] const QueueState& state() const noexcept { return state_; }
  [[nodiscard]] double seconds() const;
  /// Of this start.
  [[nodiscard]] double jobs_per_second(const QueueState& state) const;

private:
  void look();

  zzz_jobs::AnySupervisor& supervisor_;
  Console& console_;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point next_look_ = begin_;
  Clock::time_point next_show_ = begin_;
  QueueState state_{};
  std::int64_t done_before_ = 0; ///< by the starts before this one
};

} // namespace digest_directory
