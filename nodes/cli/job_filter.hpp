#pragma once

#include <zzz_jobs/nodes/cli/context.hpp>
#include <zzz_jobs/nodes/cli/verb.hpp>

#include <map>
#include <string>

namespace zzz_jobs::node::cli {

inline constexpr std::string_view job_states =
  "available executing completed retryable discarded cancelled scheduled";

/// --state, --queue, --worker, --unique: which jobs are meant.
void add_filter_parameters(std::vector<Parameter>& parameters);

/// What they say, by the names of the API.
[[nodiscard]] std::map<std::string, std::string> filter_of(const Arguments& arguments);

/// An id in an argument. @throws Failure(exit_usage).
[[nodiscard]] std::int64_t job_id(const std::string& text);

/// "/api/v1/jobs/42" and what comes after.
[[nodiscard]] std::string job_path(std::int64_t id, const std::string& rest = {});

} // namespace zzz_jobs::node::cli
