#pragma once

#include <zzz_jobs/nodes/cli/style.hpp>

#include <nlohmann/json_fwd.hpp>

#include <ostream>

namespace zzz_jobs::node::cli {

/// The answer of /api/v1/queues as a table.
void print_queues(std::ostream& out, const nlohmann::json& answer, const Style& style);

} // namespace zzz_jobs::node::cli
