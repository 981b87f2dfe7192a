#pragma once

#include <zzz_jobs/nodes/cli/style.hpp>

#include <zzz_jobs/config/clock.hpp>

#include <nlohmann/json_fwd.hpp>

#include <ostream>
#include <string>

namespace zzz_jobs::node::cli {

/// The answer of /api/v1/nodes as a table.
void print_nodes(std::ostream& out, const nlohmann::json& answer, const Style& style, UnixTime now);

} // namespace zzz_jobs::node::cli
