#pragma once

#include <zzz_jobs/config/node/load.hpp>

namespace zzz_jobs::node::cli {

/// Adds to the problems of `loaded` what keeps this machine from running it: programs,
/// folders and shared objects of workers that are not there, certificates of [cluster]
/// and [http] that are not there or do not hold. All of it at once, with the places
/// where it is named.
void add_machine_problems(LoadedConfig& loaded);

} // namespace zzz_jobs::node::cli
