#include <zzz_jobs/stores/detail/pg_job_row.hpp>

#include <pqxx/field>

namespace zzz_jobs::detail::pg {
namespace {

/// In the order of the select lists.
struct Column {
  enum : int {
    id,
    state,
    queue,
    worker,
    args,
    priority,
    attempt,
    max_attempts,
    free_attempts,
    timeout_s,
    scheduled_at,
    attempted_at,
    completed_at,
    inserted_at,
    errors,
    unique_key,
    result,
    progress,
    progress_note,
    node,
  };
};

std::string text(const pqxx::field& field) {
  return {field.c_str(), field.size()};
}

std::optional<std::string> optional_text(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional{text(field)};
}

UnixTime time(const pqxx::field& field) {
  return UnixTime{std::chrono::seconds{field.as<std::int64_t>()}};
}

std::optional<UnixTime> optional_time(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional{time(field)};
}

} // namespace

Job read_job(const pqxx::row& row) {
  Job job;
  job.id = row[Column::id].as<std::int64_t>();
  job.state = static_cast<JobState>(row[Column::state].as<int>());
  job.queue = text(row[Column::queue]);
  job.worker = text(row[Column::worker]);
  job.args = text(row[Column::args]);
  job.priority = row[Column::priority].as<std::int32_t>();
  job.attempt = row[Column::attempt].as<std::int32_t>();
  job.max_attempts = row[Column::max_attempts].as<std::int32_t>();
  job.free_attempts = row[Column::free_attempts].as<std::int32_t>();
  job.timeout = std::chrono::seconds{row[Column::timeout_s].as<std::int64_t>()};
  job.scheduled_at = time(row[Column::scheduled_at]);
  job.attempted_at = optional_time(row[Column::attempted_at]);
  job.completed_at = optional_time(row[Column::completed_at]);
  job.inserted_at = time(row[Column::inserted_at]);
  job.errors = text(row[Column::errors]);
  job.unique_key = optional_text(row[Column::unique_key]);
  job.result = optional_text(row[Column::result]);
  if (!row[Column::progress].is_null())
    job.progress = row[Column::progress].as<std::int32_t>();
  job.progress_note = optional_text(row[Column::progress_note]);
  if (!row[Column::node].is_null())
    job.node = row[Column::node].as<std::int64_t>();
  return job;
}

} // namespace zzz_jobs::detail::pg
