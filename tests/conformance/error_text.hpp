#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// The texts in an `errors` column, without a JSON library.

namespace zzz_jobs::conformance {

/// The four hexadecimal digits at `at`.
[[nodiscard]] inline std::uint32_t code_unit(std::string_view json, std::size_t at) {
  return static_cast<std::uint32_t>(std::stoul(std::string{json.substr(at, 4)}, nullptr, 16));
}

[[nodiscard]] inline std::string as_utf8(std::uint32_t code) {
  const auto tail = [&](unsigned shift) {
    return static_cast<char>(0x80U | ((code >> shift) & 0x3fU));
  };
  if (code < 0x80)
    return {static_cast<char>(code)};
  if (code < 0x800)
    return {static_cast<char>(0xc0U | (code >> 6U)), tail(0)};
  if (code < 0x10000)
    return {static_cast<char>(0xe0U | (code >> 12U)), tail(6), tail(0)};
  return {static_cast<char>(0xf0U | (code >> 18U)), tail(12), tail(6), tail(0)};
}

/// The JSON string whose first character after the quote is at `at`.
[[nodiscard]] inline std::string string_at(std::string_view json, std::size_t at) {
  constexpr std::string_view escapes = "bfnrt";
  constexpr std::string_view meanings = "\b\f\n\r\t";
  std::string text;
  for (; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] != '\\') {
      text += json[at];
      continue;
    }
    const char escape = json.at(++at);
    if (escape == 'u') {
      auto code = code_unit(json, at + 1);
      at += 4;
      if (code >= 0xd800 && code < 0xdc00) { // half of a pair
        code = 0x10000 + ((code - 0xd800) << 10U) + (code_unit(json, at + 3) - 0xdc00);
        at += 6;
      }
      text += as_utf8(code);
    } else {
      const auto known = escapes.find(escape);
      text += known == std::string_view::npos ? escape : meanings[known];
    }
  }
  return text;
}

/// The text of the newest entry of an `errors` column.
[[nodiscard]] inline std::string last_error_in(std::string_view errors) {
  const auto key = errors.rfind("\"error\"");
  if (key == std::string_view::npos)
    return {};
  const auto quote = errors.find('"', errors.find(':', key));
  return quote == std::string_view::npos ? std::string{} : string_at(errors, quote + 1);
}

} // namespace zzz_jobs::conformance
