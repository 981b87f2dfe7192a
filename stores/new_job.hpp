#pragma once

#include <zzz_jobs/config/job_opts.hpp>
#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/stores/job.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace zzz_jobs {

/// The tick of a cron entry that an enqueue stands for. The store writes it in
/// the same transaction; a tick that was fired before makes the enqueue void.
struct CronTick {
  std::string entry{};
  UnixTime at{};
};

/// A job on its way into a store: every option resolved, every limit checked.
struct NewJob {
  std::string worker{};
  std::string args{};
  std::string queue = "default";
  std::int32_t priority = 0;
  std::int32_t max_attempts = 20;
  std::chrono::seconds timeout{300};
  std::optional<UnixTime> scheduled_at{};
  std::optional<std::chrono::seconds> delay{}; ///< from the store's now
  std::optional<std::string> unique_key{};
  UniqueStrategy unique_strategy = UniqueStrategy::ignore_new;
  std::optional<CronTick> tick{};
};

/// Resolves the options (unset ones to their documented defaults) and checks
/// all fields.
/// @throws Error(invalid_argument | too_large) naming the field and the rule.
[[nodiscard]] NewJob make_new_job(std::string_view worker, std::string args, const JobOpts& opts,
                                  const Limits& limits = {});

/// Whether it takes the place of a live job that has its key.
[[nodiscard]] inline bool replaces_another(const NewJob& job) noexcept {
  return job.unique_key && job.unique_strategy == UniqueStrategy::cancel_existing;
}

/// The job as far as it is known before a store has numbered and dated it.
[[nodiscard]] Job as_job(const NewJob& row);

} // namespace zzz_jobs
