#include <zzz_jobs/nodes/cli/table.hpp>

#include <algorithm>

namespace zzz_jobs::node::cli {

Table::Table(std::vector<std::string> titles) : titles_(std::move(titles)) {
  for (auto& title : titles_) {
    right_.push_back(title.starts_with('>'));
    if (right_.back())
      title.erase(0, 1);
  }
}

void Table::add(std::vector<std::string> cells) {
  cells.resize(titles_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::line(const std::vector<std::string>& cells,
                        const std::vector<std::size_t>& widths) const {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string fill(widths[i] - width_of(cells[i]), ' ');
    text += i == 0 ? "" : "  ";
    text += right_[i] ? fill + cells[i] : cells[i] + fill;
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

void Table::print(std::ostream& out, const Style& style) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < titles_.size(); ++i) {
    auto width = width_of(titles_[i]);
    for (const auto& row : rows_)
      width = std::max(width, width_of(row[i]));
    widths.push_back(width);
  }
  out << style.dim(line(titles_, widths)) << '\n';
  for (const auto& row : rows_)
    out << line(row, widths) << '\n';
}

} // namespace zzz_jobs::node::cli
