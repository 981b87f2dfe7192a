#include <zzz_jobs/actors/typed_worker.hpp>
#include <zzz_jobs/config/errc.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

using namespace zzz_jobs;

namespace {

struct Address {
  std::string street{};
  std::optional<std::int32_t> number{};
  MSGPACK_DEFINE_MAP(street, number)
  friend bool operator==(const Address&, const Address&) = default;
};

struct Everything {
  bool flag = false;
  std::int64_t low = 0;
  std::uint64_t high = 0;
  float single = 0;
  double real = 0;
  std::string text{};
  std::vector<char> blob{};
  std::vector<Address> addresses{};
  std::map<std::string, std::vector<std::int32_t>> lists{};
  std::optional<Address> home{};
  std::tuple<std::string, std::int32_t> pair{};
  MSGPACK_DEFINE_MAP(flag, low, high, single, real, text, blob, addresses, lists, home, pair)
  friend bool operator==(const Everything&, const Everything&) = default;
};

template <class T>
T round_trip(const T& value) {
  return decode_args<T>(encode_args(value));
}

/// The error's text; empty if there is none.
template <class F>
std::string refusal(F function) {
  try {
    (void)function();
  } catch (const Error& error) {
    CHECK(error.code() == errc::invalid_argument);
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string json_of(const std::string& msgpack) {
  return json_from_msgpack(msgpack.data(), msgpack.size());
}

std::string through_msgpack(const std::string& json) {
  const auto bytes = msgpack_from_json(json);
  return json_from_msgpack(bytes.data(), bytes.size());
}

std::string nested(std::size_t depth, const std::string& open, const std::string& inside,
                   const std::string& close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i)
    text += open;
  text += inside;
  for (std::size_t i = 0; i < depth; ++i)
    text += close;
  return text;
}

} // namespace

TEST_CASE("a struct of every type comes back as it was") {
  const Everything all{
    .flag = true,
    .low = std::numeric_limits<std::int64_t>::min(),
    .high = std::numeric_limits<std::uint64_t>::max(),
    .single = 0.1F,
    .real = 0.1,
    .text = "caf\xC3\xA9 \xF0\x9F\x98\x80 \"quoted\" \\ \n \x01",
    .blob = {'\0', '\xFF', 'a', '\x80'},
    .addresses = {{"Main", 3}, {"", std::nullopt}},
    .lists = {{"", {}}, {"odd", {1, -3, 5}}},
    .home = Address{"Side", -1},
    .pair = {"x", 7},
  };
  CHECK(round_trip(all) == all);
  CHECK(round_trip(Everything{}) == Everything{});
}

TEST_CASE("a struct is kept as a JSON object that others can read") {
  CHECK(encode_args(Address{"Main", 3}) == R"({"number":3,"street":"Main"})");
  CHECK(encode_args(Address{}) == R"({"number":null,"street":""})");
}

TEST_CASE("integers keep every digit at the ends of their ranges") {
  for (const auto number :
       {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
        std::numeric_limits<std::int64_t>::max(), std::int64_t{9'007'199'254'740'993}})
    CHECK(round_trip(number) == number);
  for (const auto number : {std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max()})
    CHECK(round_trip(number) == number);
  CHECK(encode_args(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

TEST_CASE("floating point numbers come back with every digit") {
  using Double = std::numeric_limits<double>;
  for (const auto number :
       {0.1, 1.0, -2.0, 1e22, 0x1p65, -0x1p63, 1.0 / 3, Double::max(), Double::lowest(),
        Double::min(), Double::denorm_min(), Double::epsilon()})
    CHECK(round_trip(number) == number);
  using Float = std::numeric_limits<float>;
  for (const auto number : {0.1F, 16'777'217.0F, Float::max(), Float::denorm_min()})
    CHECK(round_trip(number) == number);
}

TEST_CASE("a JSON number with a fraction or sign stays one") {
  for (const std::string number : {"0.0", "-0.0", "1.0", "-5.0", "1e+300", "0.1"})
    CHECK(through_msgpack(number) == number);
}

TEST_CASE("texts come back, NUL and every kind of character included") {
  const std::string nul{"a\0b", 3};
  CHECK(round_trip(nul) == nul);
  CHECK(encode_args(nul) == R"("a\u0000b")");
  for (const std::string text :
       {"", "'; DROP TABLE zzz_jobs; --", "\xE2\x82\xAC", "\xF4\x8F\xBF\xBF", "\x7F\r\n\t\"\\/"})
    CHECK(round_trip(text) == text);
}

TEST_CASE("byte strings are kept as base64 and come back for every length") {
  std::vector<char> bytes;
  for (int i = 0; i < 256; ++i) {
    CHECK(round_trip(bytes) == bytes);
    bytes.push_back(static_cast<char>(255 - i));
  }
  CHECK(encode_args(std::vector<char>{'\0', '\1', '\xFF'}) == R"({"$bytes":"AAH/"})");
  CHECK(encode_args(std::vector<char>{}) == R"({"$bytes":""})");
  CHECK(decode_args<std::vector<char>>(R"({"$bytes":"/w"})") == std::vector<char>{'\xFF'});
}

TEST_CASE("extension types and points in time come back") {
  CHECK(encode_args(timespec{1'767'225'600, 0}) == R"({"$bytes":"aVW5AA==","$ext":-1})");
  for (const auto& time : {timespec{1'767'225'600, 0}, timespec{1'767'225'600, 123'456'789},
                           timespec{-5, 0}, timespec{1LL << 40, 999'999'999}}) {
    const auto again = round_trip(time);
    CHECK(again.tv_sec == time.tv_sec);
    CHECK(again.tv_nsec == time.tv_nsec);
  }
  for (const std::size_t size : {0U, 1U, 2U, 3U, 4U, 8U, 16U, 17U, 300U, 70'000U}) {
    msgpack::type::ext value(7, static_cast<std::uint32_t>(size));
    std::fill_n(value.data(), size, '\xA5');
    CHECK(round_trip(value) == value);
  }
}

TEST_CASE("lists and maps of every size class come back") {
  for (const std::size_t size : {0U, 15U, 16U, 40'000U, 70'000U}) {
    std::vector<std::int32_t> list(size, -7);
    CHECK(round_trip(list) == list);
  }
  std::map<std::string, std::string> map;
  for (int i = 0; i < 20'000; ++i)
    map.emplace(std::to_string(i), std::string(static_cast<std::size_t>(i % 300), 'x'));
  CHECK(round_trip(map) == map);
}

TEST_CASE("numbers that are not finite are refused") {
  for (const auto number :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()})
    CHECK(refusal([&] { return encode_args(number); }) == "args: numbers must be finite");
  CHECK(contains(refusal([] { return msgpack_from_json("NaN"); }), "must be JSON"));
  CHECK(contains(refusal([] { return msgpack_from_json("1e400"); }), "must be JSON"));
}

TEST_CASE("maps whose keys are no strings are refused") {
  CHECK(refusal([] {
          return encode_args(std::map<int, int>{{1, 2}});
        })
        == "args: map keys must be strings");
}

TEST_CASE("a map that looks like bytes is refused and not changed") {
  using Map = std::map<std::string, std::string>;
  CHECK(contains(refusal([] { return encode_args(Map{{"$bytes", "AA=="}}); }), "\"$bytes\""));
  const Map longer{{"$bytes", "AA=="}, {"name", "x"}};
  CHECK(round_trip(longer) == longer);
}

TEST_CASE("bytes that are no base64 and extension types out of range are refused") {
  for (const std::string text : {"A", "AAAAA", "A=", "=", "====", "A===", "AA=", "AA==AA==", "AA=A",
                                 "A A=", "AA-_", "\\u00e9A=="})
    CHECK(contains(refusal([&] { return msgpack_from_json(R"({"$bytes":")" + text + "\"}"); }),
                   "must be base64"));
  for (const std::string type : {"128", "-129", "300", "18446744073709551615"})
    CHECK(
      contains(refusal([&] { return msgpack_from_json(R"({"$bytes":"","$ext":)" + type + "}"); }),
               "\"$ext\" must be -128..127"));
}

TEST_CASE("nesting of 64 levels is taken and of 65 refused, in both directions") {
  const auto lists = nested(64, "[", "", "]");
  CHECK(through_msgpack(lists) == lists);
  const auto maps = nested(64, R"({"a":)", "1", "}");
  CHECK(through_msgpack(maps) == maps);
  const auto too_deep = [](const std::string& text) {
    return contains(text, "must not nest deeper than 64");
  };
  CHECK(too_deep(refusal([] { return msgpack_from_json(nested(65, "[", "", "]")); })));
  CHECK(too_deep(refusal([] { return msgpack_from_json(nested(65, R"({"a":)", "1", "}")); })));
  CHECK(too_deep(refusal([] { return json_of(nested(65, "\x91", "\xC0", "")); })));
  CHECK(too_deep(refusal([] {
    return json_of(nested(65,
                          "\x81\xA1"
                          "a",
                          "\xC0", ""));
  })));
  CHECK(json_of(nested(64, "\x91", "\xC0", "")) == nested(64, "[", "null", "]"));
}

TEST_CASE("a million nested lists are refused without harm") {
  CHECK(!refusal([] { return msgpack_from_json(std::string(1'000'000, '[')); }).empty());
  CHECK(!refusal([] { return msgpack_from_json(nested(1'000'000, "[", "", "]")); }).empty());
  CHECK(!refusal([] { return msgpack_from_json(nested(200'000, R"({"a":)", "1", "}")); }).empty());
  CHECK(!refusal([] { return json_of(nested(1'000'000, "\x91", "\xC0", "")); }).empty());
}

TEST_CASE("MessagePack that is cut off, followed by more or hostile is refused") {
  const auto whole = [] {
    msgpack::sbuffer buffer;
    msgpack::pack(buffer, Everything{.text = "abc", .addresses = {{"Main", 3}}});
    return std::string{buffer.data(), buffer.size()};
  }();
  CHECK(refusal([&] { return json_of(whole); }).empty());
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(!refusal([&] { return json_of(whole.substr(0, size)); }).empty());
  CHECK(!refusal([&] { return json_of(whole + '\xC0'); }).empty());
  CHECK(!refusal([&] { return json_of("\xC1"); }).empty()); // never used
  for (const std::string header : {"\xDD", "\xDF", "\xDB", "\xC6", "\xC9"})
    CHECK(!refusal([&] { return json_of(header + "\xFF\xFF\xFF\xFF"); }).empty());
  // Each header would take 24 MiB if it were believed.
  std::string announcing;
  for (int i = 0; i < 60; ++i)
    announcing += std::string{"\xDD\x00\x10\x00\x00", 5};
  announcing += std::string(1024 * 1024, '\xC0');
  CHECK(!refusal([&] { return json_of(announcing); }).empty());
}

TEST_CASE("texts that are no UTF-8 are refused") {
  CHECK(contains(refusal([] { return encode_args(std::string{"\xFF"}); }), "must be UTF-8"));
  CHECK(contains(refusal([] {
                   return encode_args(std::map<std::string, int>{{"\xC3", 1}});
                 }),
                 "must be UTF-8"));
  CHECK(contains(refusal([] { return msgpack_from_json("\"\xFF\""); }), "must be JSON"));
}

TEST_CASE("what is no JSON is refused") {
  for (const std::string text :
       {"", " ", "{", "[1,]", "{'a':1}", "1 2", "nul", "\"a", R"("\ud800")", "01", "//x\n1"})
    CHECK(contains(refusal([&] { return msgpack_from_json(text); }), "must be JSON"));
}

TEST_CASE("a second way through MessagePack changes nothing") {
  for (const std::string json :
       {"null", "-0", "-0.0", "1E2", "123456789012345678901234567890", R"({"b":1,"a":2,"a":3})",
        R"({"$bytes":"QR"})", R"({"$ext":1})", R"({"$bytes":1})", R"([[],{},"",0])"}) {
    const auto once = through_msgpack(json);
    CHECK(through_msgpack(once) == once);
  }
}
