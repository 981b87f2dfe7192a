#pragma once

#include <zzz_jobs/config/node/load.hpp>
#include <zzz_jobs/nodes/cli/context.hpp>

namespace zzz_jobs::node::cli {

/// What --config, the environment and --set make together; with its problems.
[[nodiscard]] LoadedConfig loaded_config(Context& context);

} // namespace zzz_jobs::node::cli
