#pragma once

#include <zzz_jobs/nodes/cli/context.hpp>

#include <string>

namespace zzz_jobs::node::cli {

/// Whether a change of many things shall be made: --yes says so, or an answer on a
/// terminal to `question`, which ends in a question mark.
/// @throws Failure(exit_usage) where nobody can be asked.
[[nodiscard]] bool confirmed(Context& context, const std::string& question);

} // namespace zzz_jobs::node::cli
