#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zzz_jobs::node {

// Durations and sizes as people write them.

/// "500ms", "30s", "5m", "1h", "2d", also "1h30m". None if it is something else or
/// more than 10,000 years.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// In the largest unit that leaves no rest: "90s", "2d".
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

/// Bytes: "4096", "64KiB", "512MiB", "2GiB", "1TiB", or in thousands "64kB", "5MB",
/// "2GB". None if it is something else or too large for 63 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

/// In the largest binary unit that leaves no rest: "512MiB", "1000B".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// 1048576 as "1,048,576".
[[nodiscard]] std::string grouped(std::uint64_t number);

} // namespace zzz_jobs::node
