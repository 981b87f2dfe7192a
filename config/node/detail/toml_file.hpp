#pragma once

#include <zzz_jobs/config/node/detail/value.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::node::detail {

/// The file's root table; what cannot be read or is no TOML is a problem, and gives
/// none.
[[nodiscard]] std::optional<Table> read_toml_file(const std::filesystem::path& file,
                                                  std::vector<ConfigProblem>& problems);

/// One value as TOML writes it, such as `["a", "b"]`; none if it is not that.
[[nodiscard]] std::optional<Value> parse_toml_value(std::string_view text, const Origin& origin);

} // namespace zzz_jobs::node::detail
