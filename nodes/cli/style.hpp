#pragma once

#include <string>
#include <string_view>

namespace zzz_jobs::node::cli {

/// How text looks on a terminal; without colours everything is returned as it is.
class Style {
public:
  explicit Style(bool colours) : colours_(colours) {}
  [[nodiscard]] std::string bold(std::string_view text) const { return in("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return in("2", text); }
  [[nodiscard]] std::string good(std::string_view text) const { return in("32", text); }
  [[nodiscard]] std::string warning(std::string_view text) const { return in("33", text); }
  [[nodiscard]] std::string bad(std::string_view text) const { return in("31", text); }
  /// A job's state in its colour.
  [[nodiscard]] std::string state(std::string_view name) const;
  [[nodiscard]] bool colours() const noexcept { return colours_; }

private:
  [[nodiscard]] std::string in(std::string_view code, std::string_view text) const;
  bool colours_;
};

/// Text of others for a terminal, in one line: control characters, which could
/// command the terminal, and what is not UTF-8 are written as "\n", "\x1b".
[[nodiscard]] std::string printable(std::string_view text);
/// The same with its line ends as they are.
[[nodiscard]] std::string printable_lines(std::string_view text);

/// Columns that valid UTF-8 takes, a column a code point; colours take none.
[[nodiscard]] std::size_t width_of(std::string_view text);

/// At most so many columns, with "…" where something is left out. Without colours.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t columns);

} // namespace zzz_jobs::node::cli
