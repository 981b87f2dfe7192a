#pragma once

#include <zzz_jobs/nodes/cli/arguments.hpp>
#include <zzz_jobs/nodes/cli/verb.hpp>

#include <nlohmann/json_fwd.hpp>

namespace zzz_jobs::node::cli {

/// --queue, --priority, --in, --at, ...
[[nodiscard]] std::vector<Parameter> enqueue_parameters();

/// What they say, by the names of the API. @throws Failure(exit_usage).
[[nodiscard]] nlohmann::json enqueue_options(const Arguments& arguments);

} // namespace zzz_jobs::node::cli
