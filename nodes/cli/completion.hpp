#pragma once

#include <string>

namespace zzz_jobs::node::cli {

/// Scripts that complete verbs, options, fixed values, and files where they belong.
[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();

} // namespace zzz_jobs::node::cli
