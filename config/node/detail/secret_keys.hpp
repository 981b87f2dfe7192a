#pragma once

#include <zzz_jobs/config/node/detail/key.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

// A secret KEY may be written as KEY_file, a file that holds it, or KEY_env, a variable
// that does. The three are one value: whose source counts most is taken.

namespace zzz_jobs::node::detail {

[[nodiscard]] Key secret_file_key(std::string name);
[[nodiscard]] Key secret_variable_key(std::string name);

/// The values of a section's entry by key.
using Values = std::vector<std::pair<std::string, Value>>;

/// Puts the secret's text in the place of the three keys; it keeps the origin of the
/// one that named it. `path` is the section's, for problems.
void resolve_secret(Values& values, const std::string& key, const std::string& path,
                    const std::map<std::string, std::string>& environment,
                    std::vector<ConfigProblem>& problems);

} // namespace zzz_jobs::node::detail
