#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::node::detail {

/// Insertions, deletions, changes and swaps of neighbours between two texts.
[[nodiscard]] std::size_t edit_distance(std::string_view left, std::string_view right);

/// The name that was probably meant: the one with the fewest edits, at most a third
/// of the text and at least 2 allowed. Empty if none is that near.
[[nodiscard]] std::string nearest_name(std::string_view text,
                                       const std::vector<std::string>& names);

} // namespace zzz_jobs::node::detail
