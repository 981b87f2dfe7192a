#include "support/catch.hpp"

#include <zzz_jobs/nodes/run/node_log.hpp>

#include <nlohmann/json.hpp>

using namespace zzz_jobs::node;

namespace {

nlohmann::json parsed(std::string_view line) {
  return nlohmann::json::parse("{" + json_members_of(line) + "}");
}

} // namespace

TEST_CASE("a line of the log is a JSON object too", "[node][log]") {
  CHECK(parsed("node_stopping") == nlohmann::json{{"event", "node_stopping"}});
  CHECK(parsed("handler_ignored_stop queue=mail job=42 attempt=3")
        == nlohmann::json{
          {"event", "handler_ignored_stop"}, {"queue", "mail"}, {"job", "42"}, {"attempt", "3"}});
  CHECK(parsed("a text=\"one two=three\" n=4")
        == nlohmann::json{{"event", "a"}, {"text", "one two=three"}, {"n", "4"}});
}

TEST_CASE("whatever stands in a value, the object can be parsed", "[node][log]") {
  // A quote inside a value ends it only before a space or the end.
  CHECK(parsed("e error=\"schema \"public\": no\" tries=2").at("tries") == "2");
  CHECK(parsed("e error=\"schema \"x\"y: no\"").at("error") == "schema \"x\"y: no");
  CHECK(parsed("e error=\"never closed").at("error") == "never closed");
  CHECK(parsed("e empty= other=").at("empty") == "");
  CHECK(parsed("e bytes=\"\xff\x01\"").contains("bytes"));
  CHECK(parsed("").at("event") == "");
  CHECK(parsed("   ").at("event") == "");
}
