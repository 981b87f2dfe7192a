#include <zzz_jobs/stores/job.hpp>

#include <array>

namespace zzz_jobs {
namespace {

/// By the stored numbers.
constexpr std::array<std::string_view, job_state_count> names{
  "available", "executing", "completed", "retryable", "discarded", "cancelled", "scheduled"};

} // namespace

std::string_view to_string(JobState state) noexcept {
  const auto number = static_cast<std::size_t>(state);
  return number < names.size() ? names[number] : "unknown";
}

std::optional<JobState> job_state_from(std::string_view name) noexcept {
  for (std::size_t number = 0; number < names.size(); ++number)
    if (names[number] == name)
      return static_cast<JobState>(number);
  return std::nullopt;
}

} // namespace zzz_jobs
