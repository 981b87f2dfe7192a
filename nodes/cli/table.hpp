#pragma once

#include <zzz_jobs/nodes/cli/style.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace zzz_jobs::node::cli {

/// Rows with their columns one below the other, under a line of titles. Cells may
/// have colours; a title that begins with ">" makes its column end at one place.
class Table {
public:
  explicit Table(std::vector<std::string> titles);
  void add(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
  void print(std::ostream& out, const Style& style) const;

private:
  [[nodiscard]] std::string line(const std::vector<std::string>& cells,
                                 const std::vector<std::size_t>& widths) const;

  std::vector<std::string> titles_;
  std::vector<bool> right_{};
  std::vector<std::vector<std::string>> rows_{};
};

} // namespace zzz_jobs::node::cli
