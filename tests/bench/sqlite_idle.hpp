#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::bench {

/// The first argument of the process that is the idle node.
inline constexpr std::string_view idle_node_option = "--idle-node";

/// That process: `--idle-node DATABASE MILLISECONDS REPORT`.
int run_idle_node(const std::vector<std::string>& arguments);

} // namespace zzz_jobs::bench
