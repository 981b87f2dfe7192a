#pragma once

#include <zzz_jobs/config/node/load.hpp>

#include <vector>

namespace zzz_jobs::node {

/// What the [[worker]] and [[plugin]] sections name that this machine does not have:
/// programs, folders, shared objects. All of it at once, with the places where it is
/// named; plug-ins are looked for, not loaded.
[[nodiscard]] std::vector<ConfigProblem> problems_of_workers(const LoadedConfig& loaded);

} // namespace zzz_jobs::node
