#include <zzz_jobs/nodes/workers/job_facts.hpp>

namespace zzz_jobs::node {

std::vector<std::string> facts_of(const Job& job) {
  std::vector<std::string> facts;
  const auto add = [&](const char* name, const std::string& value) {
    facts.push_back(std::string{"ZZZ_JOB_"} + name + "=" + value);
  };
  add("ID", std::to_string(job.id));
  add("ATTEMPT", std::to_string(job.attempt));
  add("ATTEMPTS_USED", std::to_string(job.attempts_used()));
  add("MAX_ATTEMPTS", std::to_string(job.max_attempts));
  add("QUEUE", job.queue);
  add("WORKER", job.worker);
  add("PRIORITY", std::to_string(job.priority));
  add("TIMEOUT_S", std::to_string(job.timeout.count()));
  add("INSERTED_AT", std::to_string(job.inserted_at.time_since_epoch().count()));
  if (job.unique_key)
    add("UNIQUE_KEY", *job.unique_key);
  return facts;
}

} // namespace zzz_jobs::node
