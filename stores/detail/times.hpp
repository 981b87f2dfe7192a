#pragma once

#include <zzz_jobs/config/clock.hpp>
#include <zzz_jobs/stores/new_job.hpp>

#include <algorithm>
#include <chrono>

namespace zzz_jobs::detail {

/// `now` and a delay, which may be absurd: held to 0..100 years.
[[nodiscard]] inline UnixTime time_after(UnixTime now, std::chrono::seconds delay) {
  constexpr std::chrono::seconds longest = std::chrono::days{36'525};
  return now + std::clamp(delay, std::chrono::seconds{0}, longest);
}

/// When a new job may start; the epoch: at once.
[[nodiscard]] inline UnixTime start_time(const NewJob& job, UnixTime now) {
  if (job.delay)
    return time_after(now, *job.delay);
  return job.scheduled_at.value_or(UnixTime{});
}

} // namespace zzz_jobs::detail
