#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/actors/testing_matcher.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::testing {

/// What else must hold for a job; unset fields match all.
struct EnqueuedOptions {
  std::optional<std::string> queue{};
  std::optional<std::int32_t> priority{};
  std::optional<std::string> unique_key{};
  std::optional<UnixTime> scheduled_from{}; ///< its time is this one or later
  std::optional<UnixTime> scheduled_to{};   ///< its time is this one or earlier
  std::optional<JobState> state{};          ///< none: live (not over yet)
  bool final_too = false;                   ///< without `state`: jobs that are over as well
};

/// The jobs that `enqueued` found. True in a condition if the expectation holds;
/// printed by test frameworks as `describe()`.
class EnqueuedJobs {
public:
  EnqueuedJobs(std::vector<Job> found, bool wanted, std::string description)
    : jobs(std::move(found)), wanted_(wanted), description_(std::move(description)) {}

  /// Those that match, in the order of ids.
  std::vector<Job> jobs{};

  [[nodiscard]] explicit operator bool() const noexcept { return jobs.empty() != wanted_; }
  [[nodiscard]] std::size_t size() const noexcept { return jobs.size(); }
  [[nodiscard]] auto begin() const noexcept { return jobs.begin(); }
  [[nodiscard]] auto end() const noexcept { return jobs.end(); }
  /// The only one. @throws Error(invalid_argument), with the description, if
  /// there are none or several.
  [[nodiscard]] const Job& one() const;
  /// What was looked for, and what was there.
  [[nodiscard]] const std::string& describe() const noexcept { return description_; }

private:
  bool wanted_;
  std::string description_;
};
std::ostream& operator<<(std::ostream& out, const EnqueuedJobs& jobs);

/// The live jobs of a worker whose arguments match; true if there are any. For
/// `args` see ArgsMatcher. In every mode of the supervisor; a store without
/// `list` (a plain Store) cannot be looked into.
/// @throws what the store throws.
[[nodiscard]] EnqueuedJobs enqueued(AnySupervisor& supervisor, std::string_view worker,
                                    const ArgsMatcher& args = {},
                                    const EnqueuedOptions& options = {});

/// The same, true if there are none.
[[nodiscard]] EnqueuedJobs not_enqueued(AnySupervisor& supervisor, std::string_view worker,
                                        const ArgsMatcher& args = {},
                                        const EnqueuedOptions& options = {});

} // namespace zzz_jobs::testing
