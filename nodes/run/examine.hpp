#pragma once

#include <zzz_jobs/config/node/node_config.hpp>
#include <zzz_jobs/nodes/control/node_api.hpp>

#include <functional>
#include <vector>

namespace zzz_jobs::node {

/// What examines the store of `config`, for the API; empty where the store has no
/// such examination. Any thread; uses a connection of its own.
[[nodiscard]] std::function<std::vector<DoctorFinding>()> examination_of(const NodeConfig& config);

} // namespace zzz_jobs::node
