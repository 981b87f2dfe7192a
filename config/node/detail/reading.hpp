#pragma once

#include <zzz_jobs/config/node/detail/value.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace zzz_jobs::node::detail {

// From what a source says to what a key wants. Each gives the rule that is broken,
// such as "must be 1 to 10, got 0", or nothing, and then `result` is set.

using Rule = std::string;

struct IntegerRange {
  std::int64_t low;
  std::int64_t high;
};
[[nodiscard]] std::string text_of(const IntegerRange& range);
[[nodiscard]] Rule read_integer(const Value& value, const IntegerRange& range,
                                std::int64_t& result);

struct DurationRange {
  std::chrono::milliseconds low;
  std::chrono::milliseconds high;
};
[[nodiscard]] std::string text_of(const DurationRange& range);
/// `unit` is what a bare number counts, and the smallest step.
[[nodiscard]] Rule read_duration(const Value& value, const DurationRange& range,
                                 std::chrono::milliseconds unit, std::chrono::milliseconds& result);

struct SizeRange {
  std::uint64_t low;
  std::uint64_t high;
};
[[nodiscard]] std::string text_of(const SizeRange& range);
[[nodiscard]] Rule read_size(const Value& value, const SizeRange& range, std::uint64_t& result);

[[nodiscard]] Rule read_boolean(const Value& value, bool& result);
/// Valid UTF-8 without NUL, not empty, at most `bytes_max`.
[[nodiscard]] Rule read_text(const Value& value, std::size_t bytes_max, std::string& result);
/// The same, and no word of the value in the rule.
[[nodiscard]] Rule read_secret(const Value& value, std::size_t bytes_max, std::string& result);
/// A relative one is in the folder of the file that names it, or (variables, flags)
/// in the one of this process.
[[nodiscard]] Rule read_path(const Value& value, std::filesystem::path& result);
/// A list of texts, which may be empty; of a variable or flag also a single one. No
/// word of it is in the rule.
[[nodiscard]] Rule read_texts(const Value& value, std::vector<std::string>& result);
/// A table of texts by name, likewise.
[[nodiscard]] Rule read_pairs(const Value& value,
                              std::vector<std::pair<std::string, std::string>>& result);

/// `, got "abc"`, with long texts cut.
[[nodiscard]] std::string got(const Value& value);
/// `full or normal`, `a, b or c`.
[[nodiscard]] std::string any_of(const std::vector<std::string>& names);
/// What check_text says of it, without a field's name.
[[nodiscard]] Rule text_rule(const std::string& text, std::size_t bytes_max);

} // namespace zzz_jobs::node::detail
