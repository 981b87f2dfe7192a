#include "nodes/control/asking.hpp"
#include "support/catch.hpp"

#include <zzz_jobs/nodes/control/control_wire.hpp>

#include <random>

using namespace zzz_jobs;
using namespace zzz_jobs::node::tests;

namespace {

const std::vector<node::ApiRequest> requests{
  {.method = "POST",
   .path = "/api/v1/jobs",
   .body =
     R"({"worker": "w", "args": {"a": [1, "\u00e4\"}"]}, "priority": -3, "unique_key": "k"})"},
  {.method = "POST",
   .path = "/api/v1/jobs",
   .body = R"([{"worker": "w", "args": []}, {"worker": "x", "delay_s": 5, "timeout_s": 7}])"},
  {.method = "POST",
   .path = "/api/v1/jobs",
   .body = "{\"worker\": \"w\", \"args\": 1.5e3}\n{\"worker\": \"x\", \"args\": null}\n"},
  {.method = "GET", .path = "/api/v1/jobs", .query = {{"state", "available"}, {"limit", "10"}}},
  {.method = "GET", .path = "/api/v1/jobs/1/why"},
  {.method = "POST", .path = "/api/v1/jobs/1/retry"},
  {.method = "POST",
   .path = "/api/v1/jobs/bulk",
   .body = R"({"action": "cancel", "filter": {"queue": "default"}, "limit": 3})"},
  {.method = "POST",
   .path = "/api/v1/queues/default/scale",
   .body = R"({"concurrency": 3, "everywhere": true})"},
  {.method = "GET", .path = "/api/v1/cron/nightly/preview", .query = {{"count", "3"}}},
  {.method = "POST", .path = "/api/v1/nodes/1/stop"},
};

/// Bytes of JSON that matter, and any.
char random_byte(std::mt19937& random) {
  constexpr std::string_view grammar = "{}[]\",:\\u0e-+.tfn\n";
  return random() % 2 == 0 ? grammar[random() % grammar.size()] : static_cast<char>(random());
}

void damage(std::string& text, std::mt19937& random) {
  for (std::size_t i = random() % 5; i > 0 && !text.empty(); --i)
    switch (const auto at = random() % text.size(); random() % 4) {
      case 0: text[at] = random_byte(random); break;
      case 1: text.insert(at, 1, random_byte(random)); break;
      case 2: text.erase(at, random() % 6); break;
      default: text.insert(at, text.substr(random() % text.size(), random() % 20)); break;
    }
}

} // namespace

TEST_CASE("damaged requests are answered, in JSON, and nothing else happens", "[control]") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  Node node;
  node.supervisor.register_cron("nightly", "0 3 * * *", "w");
  for (int round = 0; round < 5000; ++round) {
    auto request = requests[random() % requests.size()];
    damage(random() % 4 == 0 ? request.path : request.body, random);
    for (auto& [key, value] : request.query)
      damage(value, random);
    const auto answer = node.api.call(request);
    const auto body = Json::parse(answer.body);
    if (answer.status >= 400)
      REQUIRE((body.at("error").is_string() && body.at("code").is_string()));
    REQUIRE(answer.status != 500);
  }
}

TEST_CASE("damaged lines are read as requests, or refused", "[control]") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    auto line = node::control::encode(requests[random() % requests.size()]);
    damage(line, random);
    try {
      (void)node::control::decode_request(line);
      ++read;
    } catch (const Error& error) {
      REQUIRE(error.code() == errc::invalid_argument);
    }
  }
  CHECK(read > 0); // the undamaged ones at least
}
