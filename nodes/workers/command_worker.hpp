#pragma once

#include <zzz_jobs/actors/worker_def.hpp>
#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/config/node/node_config.hpp>

namespace zzz_jobs::node {

/// A worker whose handler executes a program for each job; what is between the two is
/// said in docs/command-workers.md. `limits` are the supervisor's. The first one starts
/// a small process beside this one, which kills what is left of programs should this
/// one be killed.
/// @throws Error(invalid_argument) if the program is not there or not executable, or
/// the section breaks another rule; names the worker and the key.
/// Error(unavailable) if the system has no more processes.
[[nodiscard]] WorkerDef make_command_worker(const CommandSection& section,
                                            const Limits& limits = {});

} // namespace zzz_jobs::node
