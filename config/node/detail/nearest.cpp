#include <zzz_jobs/config/node/detail/nearest.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs::node::detail {
namespace {

constexpr std::size_t text_bytes_max = 256; // longer ones are no misspelt names

} // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> before_last(right.size() + 1);
  std::vector<std::size_t> last(right.size() + 1);
  std::vector<std::size_t> now(right.size() + 1);
  for (std::size_t column = 0; column <= right.size(); ++column)
    last[column] = column;
  for (std::size_t row = 1; row <= left.size(); ++row) {
    now[0] = row;
    for (std::size_t column = 1; column <= right.size(); ++column) {
      const bool same = left[row - 1] == right[column - 1];
      now[column] = std::min({last[column] + 1, now[column - 1] + 1,
                              last[column - 1] + (same ? std::size_t{0} : std::size_t{1})});
      if (row > 1 && column > 1 && left[row - 1] == right[column - 2]
          && left[row - 2] == right[column - 1])
        now[column] = std::min(now[column], before_last[column - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, now);
  }
  return last[right.size()];
}

std::string nearest_name(std::string_view text, const std::vector<std::string>& names) {
  std::string nearest;
  if (text.size() > text_bytes_max)
    return nearest;
  auto fewest = std::max<std::size_t>(2, text.size() / 3) + 1;
  for (const auto& name : names) {
    if (name.size() > text_bytes_max)
      continue;
    const auto edits = edit_distance(text, name);
    // Of a short name not everything may be changed.
    if (edits < fewest && edits < std::max(text.size(), name.size())) {
      fewest = edits;
      nearest = name;
    }
  }
  return nearest;
}

} // namespace zzz_jobs::node::detail
