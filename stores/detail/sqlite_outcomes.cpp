#include <zzz_jobs/stores/detail/sqlite_outcomes.hpp>

#include <zzz_jobs/stores/detail/sqlite_job_row.hpp>
#include <zzz_jobs/stores/detail/times.hpp>
#include <zzz_jobs/stores/error_history.hpp>
#include <zzz_jobs/stores/sql/sqlite.hpp>

namespace zzz_jobs::detail::sqlite {
namespace {

std::optional<JobState> state_if(std::int64_t changed_rows, JobState state) {
  return changed_rows != 0 ? std::optional{state} : std::nullopt;
}

} // namespace

Outcomes::Outcomes(sqlite3* connection, const Limits& limits) noexcept
  : limits_(limits), complete_(connection, sql::sqlite::complete_job),
    erase_(connection, sql::sqlite::delete_completed_job), fail_(connection, sql::sqlite::fail_job),
    end_(connection, sql::sqlite::end_job), snooze_(connection, sql::sqlite::snooze_job),
    release_(connection, sql::sqlite::release_job), rescue_(connection, sql::sqlite::rescue_job),
    execution_(connection, sql::sqlite::execution),
    progress_(connection, sql::sqlite::set_progress) {}

std::optional<JobState> Outcomes::apply(const Outcome& outcome, UnixTime now) {
  const auto [id, attempt] = outcome.claim;
  switch (outcome.kind) {
    case OutcomeKind::complete:
      if (outcome.erase)
        return state_if(erase_.execute(id, attempt), JobState::completed);
      return state_if(complete_.execute(id, attempt, now, outcome.result), JobState::completed);
    case OutcomeKind::fail: return fail(outcome, now);
    case OutcomeKind::discard: return end(outcome, JobState::discarded, now);
    case OutcomeKind::cancel: return end(outcome, JobState::cancelled, now);
    case OutcomeKind::snooze:
      return state_if(snooze_.execute(id, attempt, time_after(now, outcome.delay)),
                      JobState::scheduled);
    case OutcomeKind::release: return state_if(release_.execute(id, attempt), JobState::available);
    case OutcomeKind::rescue: return rescue(outcome, now);
  }
  return std::nullopt;
}

void Outcomes::report(const Progress& progress) {
  progress_.execute(progress.claim.job_id, progress.claim.attempt, progress.percent, progress.note);
}

std::optional<Outcomes::Execution> Outcomes::noted(const Claim& claim, std::string_view text,
                                                   UnixTime now) {
  auto rows = execution_.query(claim.job_id, claim.attempt);
  if (!rows.next())
    return std::nullopt;
  return Execution{with_error(rows.text(0), claim.attempt, now, text, limits_),
                   rows.integer(1) >= rows.integer(2)};
}

std::optional<JobState> Outcomes::fail(const Outcome& outcome, UnixTime now) {
  const auto execution = noted(outcome.claim, outcome.error, now);
  if (!execution)
    return std::nullopt;
  if (execution->is_last)
    return end(outcome.claim, *execution, JobState::discarded, now);
  return state_if(fail_.execute(outcome.claim.job_id, outcome.claim.attempt,
                                time_after(now, outcome.delay), execution->errors),
                  JobState::retryable);
}

std::optional<JobState> Outcomes::rescue(const Outcome& outcome, UnixTime now) {
  const auto execution = noted(outcome.claim, "lost: " + outcome.error, now);
  if (!execution)
    return std::nullopt;
  if (execution->is_last)
    return end(outcome.claim, *execution, JobState::discarded, now);
  return state_if(rescue_.execute(outcome.claim.job_id, outcome.claim.attempt, execution->errors),
                  JobState::available);
}

std::optional<JobState> Outcomes::end(const Outcome& outcome, JobState state, UnixTime now) {
  const auto execution = noted(outcome.claim, outcome.error, now);
  return execution ? end(outcome.claim, *execution, state, now) : std::nullopt;
}

std::optional<JobState> Outcomes::end(const Claim& claim, const Execution& execution,
                                      JobState state, UnixTime now) {
  return state_if(
    end_.execute(claim.job_id, claim.attempt, static_cast<int>(state), now, execution.errors),
    state);
}

} // namespace zzz_jobs::detail::sqlite
