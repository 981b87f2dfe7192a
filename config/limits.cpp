#include <zzz_jobs/config/limits.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <cstdint>
#include <cstring>
#include <string>

namespace zzz_jobs {
namespace {

constexpr std::uint64_t low_bits = 0x0101'0101'0101'0101U;
constexpr std::uint64_t high_bits = low_bits << 7;

/// Whether `word` is eight ASCII characters, none of them NUL: taking 1 from
/// each byte sets the high bit of a byte that was 0.
bool is_plain(std::uint64_t word) {
  return ((word | (word - low_bits)) & high_bits) == 0;
}

/// How many of the leading bytes are known to be ASCII without NUL, found eight
/// at a time. The last word may overlap the one before it.
std::size_t plain_prefix(const char* text, std::size_t size) {
  std::uint64_t word = 0;
  std::size_t at = 0;
  for (; size - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, text + at, sizeof word);
    if (!is_plain(word))
      return at;
  }
  if (at == size || size < sizeof word)
    return at;
  std::memcpy(&word, text + size - sizeof word, sizeof word);
  return is_plain(word) ? size : at;
}

bool in_range(std::string_view text, std::size_t at, unsigned first, unsigned last) {
  if (at >= text.size())
    return false;
  const auto byte = static_cast<unsigned char>(text[at]);
  return byte >= first && byte <= last;
}

/// The length of the well-formed UTF-8 character at `at`, 0 if there is none.
/// The second byte's range excludes overlong forms, surrogates and what is
/// above U+10FFFF (Unicode, table 3-7).
std::size_t character_size(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80)
    return 1;
  if (lead < 0xC2 || lead > 0xF4)
    return 0;
  const unsigned first = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned last = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (!in_range(text, at + 1, first, last))
    return 0;
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  for (std::size_t next = 2; next < size; ++next)
    if (!in_range(text, at + next, 0x80, 0xBF))
      return 0;
  return size;
}

[[noreturn]] void fail(errc code, std::string_view field, const std::string& rule) {
  throw Error(code, std::string{field} + ": " + rule);
}

[[noreturn]] void fail_at(std::string_view field, const char* rule, std::size_t at) {
  fail(errc::invalid_argument, field, rule + (" (at byte " + std::to_string(at)) + ")");
}

/// The rest of a text whose first `at` bytes are fine: character by character,
/// eight bytes at a time again where a word has passed.
void check_characters(std::string_view field, std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (text[at] == '\0')
      fail_at(field, "must not contain NUL", at);
    const auto size = character_size(text, at);
    if (size == 0)
      fail_at(field, "must be valid UTF-8", at);
    at += size;
    if (size == 1)
      at += plain_prefix(text.data() + at, text.size() - at);
  }
}

} // namespace

void check_text(std::string_view field, std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max)
    fail(errc::too_large, field,
         "must be at most " + std::to_string(bytes_max) + " bytes, got "
           + std::to_string(text.size()));
  const auto plain = plain_prefix(text.data(), text.size());
  if (plain != text.size())
    check_characters(field, text, plain);
}

void check_name(std::string_view field, std::string_view text, std::size_t bytes_max) {
  if (text.empty())
    fail(errc::invalid_argument, field, "must not be empty");
  check_text(field, text, bytes_max);
}

} // namespace zzz_jobs
