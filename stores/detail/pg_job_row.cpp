#include <zzz_jobs/stores/detail/pg_job_row.hpp>

#include <zzz_jobs/stores/detail/job_columns.hpp>
#include <zzz_jobs/stores/detail/pqxx_fields.hpp>

namespace zzz_jobs::detail::pg {
Job read_job(const pqxx::row& row) {
  using Column = JobColumn;
  Job job;
  job.id = row[Column::id].as<std::int64_t>();
  job.state = static_cast<JobState>(row[Column::state].as<int>());
  job.queue = text_of(row[Column::queue]);
  job.worker = text_of(row[Column::worker]);
  job.args = text_of(row[Column::args]);
  job.priority = row[Column::priority].as<std::int32_t>();
  job.attempt = row[Column::attempt].as<std::int32_t>();
  job.max_attempts = row[Column::max_attempts].as<std::int32_t>();
  job.free_attempts = row[Column::free_attempts].as<std::int32_t>();
  job.timeout = std::chrono::seconds{row[Column::timeout_s].as<std::int64_t>()};
  job.scheduled_at = time_of(row[Column::scheduled_at]);
  job.attempted_at = optional_time_of(row[Column::attempted_at]);
  job.completed_at = optional_time_of(row[Column::completed_at]);
  job.inserted_at = time_of(row[Column::inserted_at]);
  job.errors = text_of(row[Column::errors]);
  job.unique_key = optional_text_of(row[Column::unique_key]);
  job.result = optional_text_of(row[Column::result]);
  if (!row[Column::progress].is_null())
    job.progress = row[Column::progress].as<std::int32_t>();
  job.progress_note = optional_text_of(row[Column::progress_note]);
  if (!row[Column::node].is_null())
    job.node = row[Column::node].as<std::int64_t>();
  return job;
}

} // namespace zzz_jobs::detail::pg
