#pragma once

#include <string>
#include <string_view>

namespace zzz_jobs::node::cli {

struct Verb;

/// What `zzz-jobs NAME --help` says, for a verb, a group of them, or all ("").
[[nodiscard]] std::string help(std::string_view name);

/// "job list [--state STATE] ..."
[[nodiscard]] std::string synopsis(const Verb& verb);

/// The verb that was probably meant; empty if none is that near.
[[nodiscard]] std::string nearest_verb(std::string_view name);

} // namespace zzz_jobs::node::cli
