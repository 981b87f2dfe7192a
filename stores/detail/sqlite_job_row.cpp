#include <zzz_jobs/stores/detail/sqlite_job_row.hpp>

namespace zzz_jobs::detail::sqlite {

Job read_job(const Rows& rows) {
  using Column = JobColumn;
  Job job;
  job.id = rows.integer(Column::id);
  job.state = static_cast<JobState>(rows.integer(Column::state));
  job.queue = rows.text(Column::queue);
  job.worker = rows.text(Column::worker);
  job.args = rows.text(Column::args);
  job.priority = rows.integer32(Column::priority);
  job.attempt = rows.integer32(Column::attempt);
  job.max_attempts = rows.integer32(Column::max_attempts);
  job.free_attempts = rows.integer32(Column::free_attempts);
  job.timeout = std::chrono::seconds{rows.integer(Column::timeout_s)};
  job.scheduled_at = rows.time(Column::scheduled_at);
  job.attempted_at = rows.optional_time(Column::attempted_at);
  job.completed_at = rows.optional_time(Column::completed_at);
  job.inserted_at = rows.time(Column::inserted_at);
  job.errors = rows.text(Column::errors);
  job.unique_key = rows.optional_text(Column::unique_key);
  job.result = rows.optional_text(Column::result);
  if (!rows.is_null(Column::progress))
    job.progress = rows.integer32(Column::progress);
  job.progress_note = rows.optional_text(Column::progress_note);
  if (!rows.is_null(Column::node))
    job.node = rows.integer(Column::node);
  return job;
}

} // namespace zzz_jobs::detail::sqlite
