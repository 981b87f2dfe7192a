#include "support/catch.hpp"

#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/nodes/workers/control_lines.hpp>
#include <zzz_jobs/nodes/workers/program_text.hpp>

#include <random>

namespace zzz_jobs::node {
namespace {

constexpr const char* mark = "\xEF\xBF\xBD";

/// Bytes of which many are parts of UTF-8 characters, or none.
std::string random_bytes(std::mt19937& random, std::size_t count) {
  static constexpr unsigned char likely[] = {'a',  '\n', ' ',  0x00, 0x80, 0xBF, 0xC2, 0xC3,
                                             0xE0, 0xE2, 0x82, 0xAC, 0xED, 0xA0, 0xF0, 0x9F,
                                             0x98, 0x80, 0xF4, 0x8F, 0xF5, 0xFF};
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i)
    bytes +=
      static_cast<char>(random() % 4 == 0 ? random() % 256 : likely[random() % std::size(likely)]);
  return bytes;
}

bool is_valid(const std::string& text) {
  try {
    check_text("text", text, std::string::npos);
    return true;
  } catch (const Error&) {
    return false;
  }
}

TEST_CASE("text that is valid stays, other bytes are marked one by one", "[nodes][command]") {
  CHECK(valid_text("").empty());
  const std::string fine = "a \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80\n";
  CHECK(valid_text(fine) == fine);
  const auto marks = [](int count) {
    std::string text;
    while (count-- > 0)
      text += mark;
    return text;
  };
  CHECK(valid_text(std::string{"a\0b", 3}) == "a" + marks(1) + "b");
  CHECK(valid_text("\xC3") == marks(1));             // cut short
  CHECK(valid_text("\xC0\xAF") == marks(2));         // overlong
  CHECK(valid_text("\xED\xA0\x80") == marks(3));     // a surrogate
  CHECK(valid_text("\xF4\x90\x80\x80") == marks(4)); // above U+10FFFF
  CHECK(valid_text("\xE2\x82x\xC3\xA4") == marks(2) + "x\xC3\xA4");
}

TEST_CASE("whatever a program says becomes valid text", "[nodes][command]") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  for (int round = 0; round < 2000; ++round) {
    const auto bytes = random_bytes(random, random() % 40);
    const auto text = valid_text(bytes);
    REQUIRE(is_valid(text));
    REQUIRE((text == bytes) == is_valid(bytes));
  }
}

TEST_CASE("the end of a stream does not depend on how it came", "[nodes][command]") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  for (int round = 0; round < 500; ++round) {
    const auto bytes = random_bytes(random, random() % 200);
    const std::size_t bytes_max = 1 + random() % 50;
    TextTail whole{bytes_max};
    whole.add(bytes);
    TextTail parts{bytes_max};
    for (std::size_t at = 0; at < bytes.size();) {
      const auto size = std::min<std::size_t>(random() % 30, bytes.size() - at);
      parts.add(std::string_view{bytes}.substr(at, size));
      at += size;
    }
    REQUIRE(parts.text() == whole.text());
    REQUIRE(is_valid(whole.text()));
  }
}

TEST_CASE("the end of a stream says what is missing", "[nodes][command]") {
  TextTail tail{10};
  tail.add("0123456789");
  CHECK(tail.text() == "0123456789");
  tail.add("ab\n");
  CHECK(tail.text() == "[3 bytes missing] 3456789ab");
  TextTail cut{2};
  cut.add("\xE2\x82\xAC!"); // not from the middle of a character
  CHECK(cut.text() == "[3 bytes missing] !");
}

TEST_CASE("whatever comes on descriptor 3 is taken or refused", "[nodes][command]") {
  const Job job;
  const StopSignal stop;
  const Limits limits;
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  for (int round = 0; round < 2000; ++round) {
    JobContext context{job, stop, limits};
    ControlLines lines{context};
    for (int piece = 0; piece < 4; ++piece) {
      static constexpr const char* words[] = {"progress ", "snooze ", "cancel ",
                                              "discard ",  "12 ",     "-1",
                                              "\n",        "",        "99999999999999999999"};
      lines.add(words[random() % std::size(words)]);
      lines.add(random_bytes(random, random() % 20));
    }
    lines.end();
    REQUIRE(is_valid(lines.problem()));
    const auto outcome = context.take_outcome();
    REQUIRE(is_valid(outcome.error));
    if (const auto progress = context.take_progress()) {
      REQUIRE(is_valid(progress->note));
      REQUIRE((progress->percent >= 0 && progress->percent <= 100));
    }
  }
}

} // namespace
} // namespace zzz_jobs::node
