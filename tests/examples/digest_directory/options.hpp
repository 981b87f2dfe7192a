#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace digest_directory {

/// The command line.
struct Options {
  std::filesystem::path directory{}; ///< absolute
  std::filesystem::path database{};  ///< absolute
  std::uint32_t concurrency = 0;
  bool help = false;
};

/// The command line is wrong; the text says how.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

extern const std::string_view usage_text;

/// @throws UsageError
[[nodiscard]] Options parse_options(int count, char** arguments);

} // namespace digest_directory
