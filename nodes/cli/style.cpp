#include <zzz_jobs/nodes/cli/style.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace zzz_jobs::node::cli {

namespace {

bool continues(unsigned char byte) {
  return (byte & 0xC0U) == 0x80U;
}

/// Bytes of the character at the front; 0: it is not UTF-8.
std::size_t character_bytes(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t bytes = lead < 0x80U ? 1
    : lead >= 0xC2U && lead < 0xE0U      ? 2
    : lead >= 0xE0U && lead < 0xF0U      ? 3
    : lead >= 0xF0U && lead < 0xF5U      ? 4
                                         : 0;
  if (bytes == 0 || text.size() < bytes)
    return 0;
  for (std::size_t i = 1; i < bytes; ++i)
    if (!continues(static_cast<unsigned char>(text[i])))
      return 0;
  return bytes;
}

/// C0, DEL and C1: a terminal obeys them.
bool commands_terminal(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1)
    return lead < 0x20U || lead == 0x7FU;
  return lead == 0xC2U && static_cast<unsigned char>(character[1]) < 0xA0U;
}

void add_escaped(std::string& out, char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (byte) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  const auto value = static_cast<unsigned char>(byte);
  out.append("\\x").append(1, digits[value >> 4U]).append(1, digits[value & 0xFU]);
}

std::string escaped(std::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto bytes = character_bytes(text);
    const auto character = text.substr(0, std::max<std::size_t>(bytes, 1));
    if (keep_lines && (character == "\n" || character == "\t"))
      out += character;
    else if (bytes == 0 || commands_terminal(character))
      for (const char byte : character)
        add_escaped(out, byte);
    else
      out += character;
    text.remove_prefix(character.size());
  }
  return out;
}

/// Bytes of a colour at the front, "\x1b[...m".
std::size_t colour_bytes(std::string_view text) {
  if (!text.starts_with("\x1b["))
    return 0;
  const auto end = text.find('m');
  return end == std::string_view::npos ? 0 : end + 1;
}

} // namespace

std::string Style::in(std::string_view code, std::string_view text) const {
  if (!colours_ || text.empty())
    return std::string{text};
  return "\x1b[" + std::string{code} + "m" + std::string{text} + "\x1b[0m";
}

std::string Style::state(std::string_view name) const {
  if (name == "completed")
    return good(name);
  if (name == "discarded")
    return bad(name);
  if (name == "retryable" || name == "cancelled")
    return warning(name);
  return name == "executing" ? bold(name) : std::string{name};
}

std::string printable(std::string_view text) {
  return escaped(text, false);
}
std::string printable_lines(std::string_view text) {
  return escaped(text, true);
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    if (const auto colour = colour_bytes(text); colour > 0) {
      text.remove_prefix(colour);
      continue;
    }
    width += continues(static_cast<unsigned char>(text.front())) ? 0 : 1;
    text.remove_prefix(1);
  }
  return width;
}

std::string shortened(std::string_view text, std::size_t columns) {
  if (width_of(text) <= columns)
    return std::string{text};
  if (columns == 0)
    return {};
  std::size_t end = 0;
  for (std::size_t width = 0; end < text.size(); ++end) {
    if (continues(static_cast<unsigned char>(text[end])))
      continue;
    if (++width == columns)
      break;
  }
  return std::string{text.substr(0, end)} + "…";
}

} // namespace zzz_jobs::node::cli
