#include "support/catch.hpp"

#include <zzz_jobs/stores/error_history.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs {
namespace {

using nlohmann::json;

constexpr UnixTime noon{std::chrono::seconds{1'767'268'800}};

TEST_CASE("a failure is added at the end with its attempt and time", "[error_history]") {
  const auto first = with_error("", 1, noon, "no route", {});
  CHECK(first == R"([{"attempt":1,"at":1767268800,"error":"no route"}])");
  const auto both = json::parse(with_error(first, 2, noon + std::chrono::seconds{9}, "late", {}));
  REQUIRE(both.size() == 2);
  CHECK(both[0] == json::parse(first)[0]);
  CHECK(both[1] == json{{"attempt", 2}, {"at", 1'767'268'809}, {"error", "late"}});
}

TEST_CASE("a failure's text is escaped, never interpreted", "[error_history]") {
  for (const auto& text :
       {std::string{R"("],"x":[")"}, std::string{"\\"}, std::string{"'; DROP TABLE zzz_jobs; --"},
        std::string("a\0b", 3), std::string{"\n\t\x01"}, std::string{"ä€"}}) {
    const auto history = with_error("[]", 1, noon, text, {});
    CHECK(json::parse(history).at(0).at("error") == text);
    CHECK(history.find('\0') == std::string::npos);
  }
}

TEST_CASE("invalid UTF-8 in a failure's text is replaced", "[error_history]") {
  const auto history = json::parse(with_error("", 1, noon,
                                              "a\xff\xfe"
                                              "b\xc3",
                                              {}));
  CHECK(history.at(0).at("error")
        == "a\xef\xbf\xbd\xef\xbf\xbd"
           "b\xef\xbf\xbd");
}

TEST_CASE("a text that is too long keeps its head and says what is missing", "[error_history]") {
  const Limits limits{.error_text_bytes_max = 60};
  const auto text_of = [&](const std::string& text) {
    return json::parse(with_error("", 1, noon, text, limits)).at(0).at("error").get<std::string>();
  };
  CHECK(text_of(std::string(60, 'x')) == std::string(60, 'x'));
  const auto cut = text_of(std::string(500, 'x'));
  CHECK(cut.size() <= 60);
  const auto kept = cut.find(" [");
  CHECK(cut.substr(0, kept) == std::string(kept, 'x'));
  CHECK(cut.substr(kept) == " [" + std::to_string(500 - kept) + " bytes missing]");
}

TEST_CASE("a shortened text never ends inside a character", "[error_history]") {
  std::string text;
  while (text.size() < 300)
    text += "€";
  for (std::size_t bytes_max = 30; bytes_max < 50; ++bytes_max) {
    const auto history = with_error("", 1, noon, text, Limits{.error_text_bytes_max = bytes_max});
    CHECK(history.find("\xef\xbf\xbd") == std::string::npos);
  }
}

TEST_CASE("of too many failures the oldest go first", "[error_history]") {
  const Limits limits{.errors_count_max = 3};
  std::string history;
  for (int attempt = 1; attempt <= 5; ++attempt)
    history = with_error(history, attempt, noon, "x", limits);
  const auto kept = json::parse(history);
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].at("attempt") == 3);
  CHECK(kept[2].at("attempt") == 5);
}

TEST_CASE("failures stay within their bytes, also when escapes make them longer",
          "[error_history]") {
  const Limits limits{.errors_bytes_max = 500};
  std::string history;
  for (int attempt = 1; attempt <= 20; ++attempt) {
    history =
      with_error(history, attempt, noon,
                 attempt % 2 == 0 ? std::string(100, 'x') : std::string(4000, '\x01'), limits);
    CHECK(history.size() <= 500);
    CHECK(json::parse(history).back().at("attempt") == attempt);
  }
}

TEST_CASE("a foreign writer's column is kept as the first entry's text", "[error_history]") {
  for (const std::string foreign : {"timed out", "{\"a\": 1}", "[1, 2", "7"}) {
    const auto history = json::parse(with_error(foreign, 2, noon, "late", {}));
    REQUIRE(history.size() == 2);
    CHECK(history[0].at("error") == foreign);
    CHECK(history[1].at("error") == "late");
  }
}

TEST_CASE("a foreign writer's array keeps its entries", "[error_history]") {
  const auto history = json::parse(with_error(R"(["timed out", {"x": 1}])", 3, noon, "late", {}));
  REQUIRE(history.size() == 3);
  CHECK(history[0] == "timed out");
  CHECK(history[1] == json{{"x", 1}});
}

} // namespace
} // namespace zzz_jobs
