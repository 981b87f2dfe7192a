#pragma once

#include <zzz_jobs/stores/job.hpp>

#include <string>
#include <vector>

namespace zzz_jobs::node {

/// What a program is told of its job, as "ZZZ_JOB_NAME=VALUE"; times are unix seconds.
[[nodiscard]] std::vector<std::string> facts_of(const Job& job);

} // namespace zzz_jobs::node
