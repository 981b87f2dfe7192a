#pragma once

#include <zzz_jobs/config/clock.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zzz_jobs {

/// The states of a job; the numbers are stored.
enum class JobState : std::uint8_t {
  available = 0, ///< waits for a worker
  executing = 1, ///< claimed
  completed = 2, ///< final: its handler returned
  retryable = 3, ///< failed, waits for its next attempt
  discarded = 4, ///< final: failed for good
  cancelled = 5, ///< final: cancelled
  scheduled = 6, ///< waits for its time
};
inline constexpr std::size_t job_state_count = 7;

[[nodiscard]] std::string_view to_string(JobState state) noexcept;
[[nodiscard]] std::optional<JobState> job_state_from(std::string_view name) noexcept;

/// Whether a job in this state is over (completed, discarded, cancelled).
[[nodiscard]] constexpr bool is_final(JobState state) noexcept {
  return state == JobState::completed || state == JobState::discarded
    || state == JobState::cancelled;
}

/// Names one execution of one job: the pair changes with every claim.
struct Claim {
  std::int64_t job_id = 0;
  std::int32_t attempt = 0;
  friend bool operator==(const Claim&, const Claim&) = default;
};

/// One row of `zzz_jobs`.
struct Job {
  std::int64_t id = 0;
  JobState state = JobState::available;
  std::string queue{};
  std::string worker{};
  std::string args{};
  std::int32_t priority = 0; ///< lower runs first
  std::int32_t attempt = 0;  ///< times claimed; only grows
  std::int32_t max_attempts = 20;
  std::int32_t free_attempts = 0; ///< of these claims, how many used up no attempt:
                                  ///< snoozed, handed back unstarted, retried by hand
  std::chrono::seconds timeout{300};
  UnixTime scheduled_at{};                ///< not before this time; the epoch: at once
  std::optional<UnixTime> attempted_at{}; ///< last claim
  std::optional<UnixTime> completed_at{}; ///< when it became final
  UnixTime inserted_at{};
  std::string errors{}; ///< JSON array, newest last, or empty
  std::optional<std::string> unique_key{};
  std::optional<std::string> result{};    ///< what its handler recorded
  std::optional<std::int32_t> progress{}; ///< 0 to 100, as reported
  std::optional<std::string> progress_note{};
  std::optional<std::int64_t> node{}; ///< the owner while executing; none: foreign
  bool conflict = false;              ///< of an enqueue's answer: the live job that was there

  [[nodiscard]] Claim claim() const noexcept { return {id, attempt}; }
  /// Attempts that count against max_attempts.
  [[nodiscard]] std::int32_t attempts_used() const noexcept { return attempt - free_attempts; }
  /// Whether no attempt is left when this execution ends without success.
  [[nodiscard]] bool is_last_attempt() const noexcept { return attempts_used() >= max_attempts; }
};

} // namespace zzz_jobs
