#pragma once

#include <zzz_jobs/nodes/cluster/cluster_view.hpp>
#include <zzz_jobs/nodes/control/context.hpp>

#include <optional>
#include <vector>

namespace zzz_jobs::node::control {

/// This process's version of zzz-jobs.
[[nodiscard]] std::string version();

/// The node's number in its store; none while the store is away.
[[nodiscard]] std::optional<std::int64_t> own_id(Context& context);

/// This node first. Without a cluster it is the only one.
[[nodiscard]] std::vector<NodeView> node_views(Context& context);

} // namespace zzz_jobs::node::control
