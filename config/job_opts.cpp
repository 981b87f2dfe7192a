#include <zzz_jobs/config/job_opts.hpp>

namespace zzz_jobs {
namespace {

template <class T>
std::optional<T> first_of(const std::optional<T>& call, const std::optional<T>& worker) {
  return call ? call : worker;
}

} // namespace

JobOpts merged(const JobOpts& call, const JobOpts& worker) {
  JobOpts all;
  all.queue = first_of(call.queue, worker.queue);
  all.priority = first_of(call.priority, worker.priority);
  all.max_attempts = first_of(call.max_attempts, worker.max_attempts);
  // A time and a delay exclude each other, so the call's choice hides both.
  const auto& when = call.scheduled_at || call.delay ? call : worker;
  all.scheduled_at = when.scheduled_at;
  all.delay = when.delay;
  all.unique_key = first_of(call.unique_key, worker.unique_key);
  all.unique_strategy = first_of(call.unique_strategy, worker.unique_strategy);
  all.timeout = first_of(call.timeout, worker.timeout);
  return all;
}

} // namespace zzz_jobs
