#include <zzz_jobs/config/limits.hpp>

#include "support/catch.hpp"

#include <zzz_jobs/config/errc.hpp>

#include <iomanip>
#include <string>

using namespace zzz_jobs;

namespace {

struct Refusal {
  errc code{};
  std::string text = "accepted";
};

template <class F>
Refusal refusal_of(F check) {
  try {
    check();
  } catch (const Error& failure) {
    return {failure.code(), failure.what()};
  }
  return {};
}

std::string refusal(const std::string& text, std::size_t bytes_max = 1024) {
  return refusal_of([&] { check_text("args", text, bytes_max); }).text;
}

const std::string bad_at_0 = "args: must be valid UTF-8 (at byte 0)";

/// `code` as UTF-8 of `size` bytes, also where that is not allowed.
std::string encoded(std::uint32_t code, int size) {
  if (size == 1)
    return {static_cast<char>(code)};
  std::string out;
  for (int n = 0; n < size - 1; ++n, code >>= 6)
    out.insert(out.begin(), static_cast<char>(0x80 | (code & 0x3F)));
  constexpr std::uint32_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
  out.insert(out.begin(), static_cast<char>(leads[size] | code));
  return out;
}

} // namespace

TEST_CASE("limits: a text too long is refused with both sizes", "[limits]") {
  const auto got = refusal_of([] { check_text("queue", std::string(300, 'q'), 255); });
  CHECK(got.code == errc::too_large);
  CHECK(got.text == "queue: must be at most 255 bytes, got 300");
  CHECK(refusal(std::string(255, 'q'), 255) == "accepted");
  CHECK(refusal(std::string(256, 'q'), 255) != "accepted");
  CHECK(refusal("", 0) == "accepted");
}

TEST_CASE("limits: NUL is refused at its place", "[limits]") {
  std::string text(20, 'x');
  text[12] = '\0';
  const auto got = refusal_of([&] { check_text("args", text, 1024); });
  CHECK(got.code == errc::invalid_argument);
  CHECK(got.text == "args: must not contain NUL (at byte 12)");
}

TEST_CASE("limits: a name must not be empty and obeys the rules of texts", "[limits]") {
  const auto got = refusal_of([] { check_name("worker", "", 255); });
  CHECK(got.code == errc::invalid_argument);
  CHECK(got.text == "worker: must not be empty");
  CHECK(refusal_of([] { check_name("worker", "mailer", 255); }).text == "accepted");
  CHECK(refusal_of([] { check_name("worker", "mailer", 5); }).text
        == "worker: must be at most 5 bytes, got 6");
  CHECK(refusal_of([] { check_name("worker", "\xFF", 5); }).text
        == "worker: must be valid UTF-8 (at byte 0)");
  CHECK(refusal_of([] {
          check_name("worker", {"\0", 1}, 5);
        }).text
        == "worker: must not contain NUL (at byte 0)");
}

TEST_CASE("limits: a bad byte is found at every place of a text of every length", "[limits]") {
  for (std::size_t size = 1; size <= 40; ++size)
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, '\x7F');
      if (refusal(text) != "accepted")
        FAIL(size);
      text[at] = '\0';
      CHECK(refusal(text) == "args: must not contain NUL (at byte " + std::to_string(at) + ")");
      text[at] = '\x80';
      CHECK(refusal(text) == "args: must be valid UTF-8 (at byte " + std::to_string(at) + ")");
    }
}

TEST_CASE("limits: a long character is accepted at every place, cut off it is not", "[limits]") {
  for (std::size_t before = 0; before < 20; ++before)
    for (const std::string character : {"\u00E9", "\u20AC", "\U0001F600"})
      for (std::size_t after = 0; after < 20; ++after) {
        const std::string head(before, 'a');
        if (refusal(head + character + std::string(after, 'b')) != "accepted")
          FAIL(before << ' ' << after);
        auto broken = character;
        broken.pop_back();
        CHECK(refusal(head + broken + std::string(after, 'b'))
              == "args: must be valid UTF-8 (at byte " + std::to_string(before) + ")");
      }
}

TEST_CASE("limits: every character of Unicode but NUL is accepted", "[limits]") {
  for (std::uint32_t code = 1; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF)
      continue;
    const int size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    const auto text = encoded(code, size);
    if (refusal_of([&] { check_text("args", text, 4); }).text != "accepted")
      FAIL("U+" << std::hex << code);
  }
}

TEST_CASE("limits: overlong forms, surrogates and what is above Unicode are refused", "[limits]") {
  for (std::uint32_t code = 0; code < 0x80; ++code)
    CHECK(refusal(encoded(code, 2)) == bad_at_0);
  for (std::uint32_t code = 0; code < 0x800; code += 0x11)
    CHECK(refusal(encoded(code, 3)) == bad_at_0);
  for (std::uint32_t code = 0; code < 0x10000; code += 0xFF)
    CHECK(refusal(encoded(code, 4)) == bad_at_0);
  for (std::uint32_t code = 0xD800; code <= 0xDFFF; ++code)
    CHECK(refusal(encoded(code, 3)) == bad_at_0);
  for (std::uint32_t code = 0x110000; code <= 0x13FFFF; code += 0x3FF)
    CHECK(refusal(encoded(code, 4)) == bad_at_0);
  for (int lead = 0xF5; lead <= 0xFF; ++lead)
    CHECK(refusal({static_cast<char>(lead), '\x80', '\x80', '\x80'}) == bad_at_0);
}

TEST_CASE("limits: a missing or extra following byte is refused", "[limits]") {
  CHECK(refusal("\xE2\x82 ") == bad_at_0);
  CHECK(refusal("\xE2\xE2\x82") == bad_at_0);
  CHECK(refusal("\xC3\xC3") == bad_at_0);
  CHECK(refusal("\xF0\x9F\x98") == bad_at_0);
  CHECK(refusal("\xC3\xA9\xA9") == "args: must be valid UTF-8 (at byte 2)");
}

TEST_CASE("limits: apostrophes, quotes and SQL are texts like others", "[limits]") {
  CHECK(refusal("'; DROP TABLE zzz_jobs; --") == "accepted");
  CHECK(refusal("\"\\\n\t\x01\x7F%_$1?:x") == "accepted");
}
