#pragma once

#include <zzz_jobs/nodes/cli/context.hpp>

#include <string>

namespace zzz_jobs::node::cli {

/// What somebody is asked before many things are changed.
struct Question {
  std::string fact{}; ///< "2,500 jobs match"
  std::string asks{}; ///< "shall they be cancelled?"
};

/// Whether the change shall be made: --yes says so, and then people are told the fact
/// before the change begins; or an answer on a terminal.
/// @throws Failure(exit_usage) where nobody can be asked.
[[nodiscard]] bool confirmed(Context& context, const Question& question);

} // namespace zzz_jobs::node::cli
