#pragma once

#include <zzz_jobs/config/node/node_config.hpp>
#include <zzz_jobs/nodes/control/api.hpp>

#include <memory>

namespace zzz_jobs::node {

/// Answers from the store of `config` itself, opened in this process without executing
/// anything: for verbs where no node runs.
/// @throws Error as the store does; Error(locked) names the process that has the file.
[[nodiscard]] std::unique_ptr<ApiChannel> open_directly(const NodeConfig& config);

} // namespace zzz_jobs::node
