#include "examples/digest_directory/text_count.hpp"

#include <array>
#include <cstdlib>
#include <cwchar>
#include <cwctype>
#include <utility>

namespace digest_directory {
namespace {

constexpr auto no_character = static_cast<std::size_t>(-1);
constexpr auto unfinished = static_cast<std::size_t>(-2);

enum class Kind : std::uint8_t { neither, printable, white, newline, part_of_wide };

/// What a byte is. ASCII is the same in every locale.
constexpr std::array<Kind, 256> kinds = [] {
  std::array<Kind, 256> table{};
  for (std::size_t byte = '!'; byte <= '~'; ++byte)
    table[byte] = Kind::printable;
  for (std::size_t byte = '\t'; byte <= '\r'; ++byte)
    table[byte] = Kind::white;
  table[' '] = Kind::white;
  table['\n'] = Kind::newline;
  for (std::size_t byte = 0x80; byte < table.size(); ++byte)
    table[byte] = Kind::part_of_wide;
  return table;
}();

bool separates_words(std::wint_t c) {
  // The spaces that forbid a line break are no white space to the C library,
  // but to wc.
  return std::iswspace(c) != 0 || c == 0xA0 || c == 0x2007 || c == 0x202F || c == 0x2060;
}

} // namespace

void TextCount::add(std::string_view piece) {
  if (begun_.empty())
    return count(piece);
  auto joined = std::exchange(begun_, {});
  joined += piece;
  count(joined);
}

void TextCount::count(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    switch (kinds[static_cast<unsigned char>(text[at])]) {
      case Kind::printable: in_word_ = true; break;
      case Kind::neither: break;
      case Kind::newline: ++lines_; [[fallthrough]];
      case Kind::white: end_word(); break;
      case Kind::part_of_wide:
        const auto size = count_wide(text.substr(at));
        if (size == unfinished) {
          begun_ = text.substr(at);
          return;
        }
        at += size;
        continue;
    }
    ++at;
  }
}

void TextCount::end_word() {
  words_ += in_word_ ? 1U : 0U;
  in_word_ = false;
}

/// Bytes of the character at the front; what is none is passed over.
std::size_t TextCount::count_wide(std::string_view rest) {
  if (MB_CUR_MAX == 1)
    return 1; // the C locale: such bytes are neither white nor printable
  std::mbstate_t state{};
  wchar_t character = 0;
  const auto size = std::mbrtowc(&character, rest.data(), rest.size(), &state);
  if (size == unfinished)
    return size;
  if (size == no_character)
    return 1;
  const auto c = static_cast<std::wint_t>(character);
  if (std::iswprint(c) == 0)
    return size;
  if (separates_words(c))
    end_word();
  else
    in_word_ = true;
  return size;
}

} // namespace digest_directory
