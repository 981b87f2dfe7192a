#include <zzz_jobs/stores/detail/sqlite_jobs.hpp>

#include <zzz_jobs/stores/detail/page.hpp>
#include <zzz_jobs/stores/detail/sqlite_job_row.hpp>
#include <zzz_jobs/stores/sql/sqlite.hpp>

namespace zzz_jobs::detail::sqlite {
Jobs::Jobs(sqlite3* connection) noexcept
  : get_(connection, sql::sqlite::get_job),
    oldest_first_(connection, sql::sqlite::list_oldest_first),
    newest_first_(connection, sql::sqlite::list_newest_first),
    counts_(connection, sql::sqlite::counts), count_(connection, sql::sqlite::count_by_state),
    open_claims_(connection, sql::sqlite::open_claims),
    executions_(connection, sql::sqlite::executing_jobs) {}

std::optional<Job> Jobs::get(std::int64_t id) {
  auto rows = get_.query(id);
  return rows.next() ? std::optional{read_job(rows)} : std::nullopt;
}

std::vector<Job> Jobs::list(const JobFilter& filter, const Page& page) {
  check_page(page);
  auto& statement = page.newest_first ? newest_first_ : oldest_first_;
  std::vector<Job> jobs;
  auto rows = statement.query(page.after_id, number_of(filter.state), filter.queue, filter.worker,
                              filter.unique_key, page.limit);
  while (rows.next())
    jobs.push_back(read_job(rows));
  return jobs;
}

std::vector<QueueCount> Jobs::counts() {
  std::vector<QueueCount> counts;
  auto rows = counts_.query();
  while (rows.next())
    counts.push_back(
      {std::string{rows.text(0)}, static_cast<JobState>(rows.integer(1)), rows.integer(2)});
  return counts;
}

std::int64_t Jobs::count(std::string_view queue, JobState state) {
  auto rows = count_.query(queue, static_cast<int>(state));
  return rows.next() ? rows.integer(0) : 0;
}

std::vector<Claim> Jobs::open_claims(std::string_view queue, std::int64_t node) {
  std::vector<Claim> claims;
  auto rows = open_claims_.query(queue, node);
  while (rows.next())
    claims.push_back({rows.integer(0), rows.integer32(1)});
  return claims;
}

std::vector<Jobs::Execution> Jobs::executions_besides(std::int64_t node) {
  std::vector<Execution> found;
  auto rows = executions_.query(node);
  while (rows.next()) {
    Execution execution{{rows.integer(0), rows.integer32(1)}, std::nullopt, rows.time(3)};
    if (!rows.is_null(2))
      execution.node = rows.integer(2);
    found.push_back(execution);
  }
  return found;
}

} // namespace zzz_jobs::detail::sqlite
