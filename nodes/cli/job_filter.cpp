#include <zzz_jobs/nodes/cli/job_filter.hpp>

#include <limits>

namespace zzz_jobs::node::cli {

void add_filter_parameters(std::vector<Parameter>& parameters) {
  parameters.push_back(
    {.name = "--state", .value = "STATE", .help = "jobs in this state", .choices = job_states});
  parameters.push_back({.name = "--queue", .value = "NAME", .help = "jobs of this queue"});
  parameters.push_back({.name = "--worker", .value = "NAME", .help = "jobs of this worker"});
  parameters.push_back(
    {.name = "--unique", .value = "KEY", .help = "the jobs with this unique key"});
}

std::map<std::string, std::string> filter_of(const Arguments& arguments) {
  std::map<std::string, std::string> filter;
  const auto take = [&](const char* parameter, const char* key) {
    if (auto value = arguments.find(parameter))
      filter.emplace(key, std::move(*value));
  };
  take("--state", "state");
  take("--queue", "queue");
  take("--worker", "worker");
  take("--unique", "unique_key");
  return filter;
}

std::int64_t job_id(const std::string& text) {
  return parse_number("ID", text, 1, std::numeric_limits<std::int64_t>::max());
}

std::string job_path(std::int64_t id, const std::string& rest) {
  return "/api/v1/jobs/" + std::to_string(id) + rest;
}

} // namespace zzz_jobs::node::cli
