#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace zzz_jobs::detail::pg {

/// As PostgreSQL reads an array of integers from text.
[[nodiscard]] inline std::string array_of(const std::vector<std::int64_t>& numbers) {
  std::string array = "{";
  for (const auto number : numbers)
    array += (array.size() > 1 ? "," : "") + std::to_string(number);
  return array + "}";
}

/// As PostgreSQL reads an array of texts.
template <class Texts>
[[nodiscard]] std::string array_of(const Texts& texts) {
  std::string array = "{";
  for (const std::string& text : texts) {
    array += array.size() > 1 ? ",\"" : "\"";
    for (const char byte : text) {
      if (byte == '"' || byte == '\\')
        array += '\\';
      array += byte;
    }
    array += '"';
  }
  return array + "}";
}

} // namespace zzz_jobs::detail::pg
