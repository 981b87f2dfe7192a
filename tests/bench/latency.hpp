#pragma once

#include "bench/bench.hpp"

#include <zzz_jobs/zzz_jobs.hpp>

#include <functional>
#include <memory>
#include <string>

namespace zzz_jobs::bench {

/// Adds NAME_p50_ms and NAME_p99_ms: from the begin of an enqueue to the begin of
/// its handler, where nothing else is to be done. `make` gives a new supervisor
/// for each run.
void measure_latency_of(Bench& bench, const std::string& name,
                        const std::function<std::shared_ptr<AnySupervisor>()>& make);

} // namespace zzz_jobs::bench
