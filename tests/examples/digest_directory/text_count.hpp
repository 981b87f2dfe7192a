#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace digest_directory {

/// Counts lines and words as `wc` (coreutils 9.1) does: a line is a newline, a
/// word a run of characters between white space with a printable one in it.
/// What is white and printable depends on the locale (LC_CTYPE), as for `wc`.
class TextCount {
public:
  /// The next piece of the text; it may end within a character.
  void add(std::string_view piece);

  [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }
  [[nodiscard]] std::uint64_t words() const noexcept { return words_ + (in_word_ ? 1U : 0U); }

private:
  void count(std::string_view text);
  void end_word();
  std::size_t count_wide(std::string_view rest);

  std::uint64_t lines_ = 0;
  std::uint64_t words_ = 0; ///< those that have ended
  bool in_word_ = false;
  std::string begun_{}; ///< a character whose end is in the next piece
};

} // namespace digest_directory
