#pragma once

#include <string>
#include <string_view>

namespace zzz_jobs::node::cli {

struct Verb;

/// What `zzz-jobs NAME --help` says, for a verb, a group of them, or all ("").
[[nodiscard]] std::string help(std::string_view name);

/// "job list [--state STATE] ..."
[[nodiscard]] std::string synopsis(const Verb& verb);

/// The verb whose name takes the fewest changes, if these are few; else empty.
[[nodiscard]] std::string nearest_verb(std::string_view name);

} // namespace zzz_jobs::node::cli
