#include <zzz_jobs/nodes/workers/program_text.hpp>

#include <algorithm>

namespace zzz_jobs::node {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

struct Range {
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

/// What the second byte of a character may be: no overlong forms, no surrogates,
/// nothing above U+10FFFF.
Range second_byte_after(unsigned char lead) {
  switch (lead) {
    case 0xE0: return {.low = 0xA0};
    case 0xED: return {.high = 0x9F};
    case 0xF0: return {.low = 0x90};
    case 0xF4: return {.high = 0x8F};
    default: return {};
  }
}

std::size_t length_after(unsigned char lead) {
  if (lead >= 0xC2 && lead <= 0xDF)
    return 2;
  if (lead >= 0xE0 && lead <= 0xEF)
    return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/// Bytes of the well-formed character that `text` begins with; 0 if there is none.
std::size_t character_at_front(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  if (byte(0) < 0x80)
    return byte(0) == 0 ? 0 : 1;
  const auto length = length_after(byte(0));
  if (length == 0 || length > text.size())
    return 0;
  auto allowed = second_byte_after(byte(0));
  for (std::size_t at = 1; at < length; ++at, allowed = {})
    if (byte(at) < allowed.low || byte(at) > allowed.high)
      return 0;
  return length;
}

} // namespace

std::string valid_text(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const auto length = character_at_front(text);
    valid += length > 0 ? text.substr(0, length) : replacement;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return valid;
}

void TextTail::add(std::string_view more) {
  bytes_ += more.size();
  if (more.size() > bytes_max_)
    more.remove_prefix(more.size() - bytes_max_);
  kept_ += more;
  // Not each time: cutting moves the whole text.
  if (kept_.size() > 2 * bytes_max_)
    kept_.erase(0, kept_.size() - bytes_max_);
}

std::string TextTail::text() const {
  std::string_view tail = kept_;
  if (tail.size() > bytes_max_)
    tail.remove_prefix(tail.size() - bytes_max_);
  // Not from the middle of a character.
  while (tail.size() < bytes_ && !tail.empty()
         && (static_cast<unsigned char>(tail.front()) & 0xC0U) == 0x80U)
    tail.remove_prefix(1);
  const auto missing = bytes_ - tail.size();
  const auto end = tail.find_last_not_of(" \t\r\n");
  auto text = valid_text(tail.substr(0, end == std::string_view::npos ? 0 : end + 1));
  return missing == 0 ? text : "[" + std::to_string(missing) + " bytes missing] " + text;
}

} // namespace zzz_jobs::node
