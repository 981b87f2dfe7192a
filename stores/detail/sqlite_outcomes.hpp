#pragma once

#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/detail/sqlite.hpp>

namespace zzz_jobs::detail::sqlite {

/// Ends executions, each by its claim. The caller has a transaction open.
class Outcomes {
public:
  Outcomes(sqlite3* connection, const Limits& limits) noexcept;

  /// The state that the job has now; none if the claim is not the current one.
  [[nodiscard]] std::optional<JobState> apply(const Outcome& outcome, UnixTime now);
  void report(const Progress& progress);

private:
  struct Execution {
    std::string errors{};
    bool is_last = false;
  };
  /// The execution with `text` added to its errors.
  [[nodiscard]] std::optional<Execution> noted(const Claim& claim, std::string_view text,
                                               UnixTime now);
  [[nodiscard]] std::optional<JobState> fail(const Outcome& outcome, UnixTime now);
  [[nodiscard]] std::optional<JobState> rescue(const Outcome& outcome, UnixTime now);
  [[nodiscard]] std::optional<JobState> end(const Outcome& outcome, JobState state, UnixTime now);
  [[nodiscard]] std::optional<JobState> end(const Claim& claim, const Execution& execution,
                                            JobState state, UnixTime now);

  Limits limits_;
  Statement complete_;
  Statement erase_;
  Statement fail_;
  Statement end_;
  Statement snooze_;
  Statement release_;
  Statement rescue_;
  Statement execution_;
  Statement progress_;
};

} // namespace zzz_jobs::detail::sqlite
