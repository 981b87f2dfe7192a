#include <zzz_jobs/stores/new_job.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <utility>

namespace zzz_jobs {
namespace {

using std::chrono::seconds;

constexpr std::int64_t max_attempts_max = 10'000;
constexpr seconds timeout_max = std::chrono::days{30};
constexpr seconds delay_max = std::chrono::days{36'525}; // 100 years

void check_range(std::string_view field, std::int64_t value, std::int64_t min, std::int64_t max) {
  if (value >= min && value <= max)
    return;
  throw Error(errc::invalid_argument,
              std::string{field} + ": must be " + std::to_string(min) + ".." + std::to_string(max)
                + ", got " + std::to_string(value));
}

void check_key(const std::optional<std::string>& key, const Limits& limits) {
  if (!key)
    return;
  if (key->empty())
    throw Error(errc::invalid_argument, "unique_key: must not be empty");
  check_text("unique_key", *key, limits.unique_key_bytes_max);
}

void check(const NewJob& job, const Limits& limits) {
  check_name("worker", job.worker, limits.name_bytes_max);
  check_name("queue", job.queue, limits.name_bytes_max);
  check_text("args", job.args, limits.args_bytes_max);
  check_key(job.unique_key, limits);
  check_range("max_attempts", job.max_attempts, 1, max_attempts_max);
  check_range("timeout in seconds", job.timeout.count(), 1, timeout_max.count());
  if (job.delay)
    check_range("delay in seconds", job.delay->count(), 0, delay_max.count());
  if (job.delay && job.scheduled_at)
    throw Error(errc::invalid_argument, "scheduled_at and delay exclude each other");
}

} // namespace

NewJob make_new_job(std::string_view worker, std::string args, const JobOpts& opts,
                    const Limits& limits) {
  NewJob job;
  job.worker = worker;
  job.args = std::move(args);
  job.queue = opts.queue.value_or(job.queue);
  job.priority = opts.priority.value_or(job.priority);
  job.max_attempts = opts.max_attempts.value_or(job.max_attempts);
  job.timeout = opts.timeout.value_or(job.timeout);
  job.scheduled_at = opts.scheduled_at;
  job.delay = opts.delay;
  job.unique_key = opts.unique_key;
  job.unique_strategy = opts.unique_strategy.value_or(job.unique_strategy);
  check(job, limits);
  return job;
}

Job as_job(const NewJob& row) {
  Job job;
  job.queue = row.queue;
  job.worker = row.worker;
  job.args = row.args;
  job.priority = row.priority;
  job.max_attempts = row.max_attempts;
  job.timeout = row.timeout;
  job.unique_key = row.unique_key;
  return job;
}

} // namespace zzz_jobs
