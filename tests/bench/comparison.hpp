#pragma once

#include "bench/bench.hpp"
#include "bench/work.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace zzz_jobs::bench {

/// The project beside the limit, both with `count` jobs, in turns. Adds
/// NAME_ratio, the jobs/s of both sides: NAME_limit_jobs_per_s, NAME_jobs_per_s,
/// and the processor time that each takes in this process:
/// NAME_limit_cpu_us_per_job, NAME_cpu_us_per_job.
void compare_to_limit(Bench& bench, const std::string& name, std::size_t count,
                      const std::function<Spent()>& limit, const std::function<Spent()>& project);

} // namespace zzz_jobs::bench
