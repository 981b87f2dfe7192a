#include <zzz_jobs/stores/detail/sqlite_changes.hpp>

#include <zzz_jobs/stores/sql/sqlite.hpp>

namespace zzz_jobs::detail::sqlite {

Changes::Changes(sqlite3* connection) noexcept
  : job_(connection, sql::sqlite::job_for_change), retry_(connection, sql::sqlite::retry_job),
    cancel_(connection, sql::sqlite::cancel_job), remove_(connection, sql::sqlite::remove_job) {}

/// The answer if nothing is allowed; the caller decides whether it is.
Change Changes::look_at(std::int64_t id) {
  Change change;
  auto rows = job_.query(id);
  if (!rows.next())
    return change;
  change.result = ChangeResult::not_allowed;
  change.before = static_cast<JobState>(rows.integer(0));
  if (change.before == JobState::executing)
    change.claim = {id, rows.integer32(1)};
  change.queue = rows.text(2);
  return change;
}

Change Changes::change(ChangeKind kind, std::int64_t id, UnixTime now) {
  switch (kind) {
    case ChangeKind::cancel: return cancel(id, now);
    case ChangeKind::retry: return retry(id, now);
    case ChangeKind::remove: return remove(id);
  }
  return {};
}

Change Changes::retry(std::int64_t id, UnixTime now) {
  auto change = look_at(id);
  if (change.result == ChangeResult::not_found || change.before == JobState::available
      || change.before == JobState::executing)
    return change;
  const auto refusal = retry_.try_execute(id, now);
  if (refusal && refusal->code != SQLITE_CONSTRAINT_UNIQUE)
    throw Error{refusal->failed,
                "job " + std::to_string(id) + ": the table refuses its retry: " + refusal->text};
  change.result = refusal ? ChangeResult::key_taken : ChangeResult::changed;
  return change;
}

Change Changes::cancel(std::int64_t id, UnixTime now) {
  auto change = look_at(id);
  if (change.result == ChangeResult::not_found || is_final(change.before))
    return change;
  cancel_.execute(id, now);
  change.result = ChangeResult::changed;
  return change;
}

Change Changes::remove(std::int64_t id) {
  auto change = look_at(id);
  if (change.result == ChangeResult::not_found || change.before == JobState::executing)
    return change;
  remove_.execute(id);
  change.result = ChangeResult::changed;
  return change;
}

Changes::Execution Changes::execution_of(std::int64_t id) {
  const auto job = "job " + std::to_string(id) + ": ";
  auto rows = job_.query(id);
  if (!rows.next())
    throw Error{errc::job_not_found, job + "not found"};
  const auto state = static_cast<JobState>(rows.integer(0));
  if (state != JobState::executing)
    throw Error{errc::not_allowed, job + "is " + std::string{to_string(state)} + ", not executing"};
  return {{id, rows.integer32(1)}, rows.integer32(3)};
}

} // namespace zzz_jobs::detail::sqlite
