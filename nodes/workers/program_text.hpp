#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace zzz_jobs::node {

/// `text` with U+FFFD in the place of each byte that is no UTF-8, and of NUL: what a
/// program says may be anything, what a job's row takes may not.
[[nodiscard]] std::string valid_text(std::string_view text);

/// The last bytes of a stream; the memory it takes is at most twice as large.
class TextTail {
public:
  explicit TextTail(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  void add(std::string_view more);
  /// As valid UTF-8 without white space at its end; says how many bytes are missing at
  /// its beginning.
  [[nodiscard]] std::string text() const;

private:
  std::size_t bytes_max_;
  std::uint64_t bytes_ = 0; ///< of the whole stream
  std::string kept_{};
};

} // namespace zzz_jobs::node
