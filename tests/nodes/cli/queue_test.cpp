#include "test_host.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

namespace {

using namespace zzz_jobs::node;
using nlohmann::json;
using test::TestHost;
using zzz_jobs::support::has;

json queues(int executing) {
  return {{"queues",
           {{{"queue", "mail"},
             {"paused", true},
             {"concurrency", 8},
             {"running", 2},
             {"counts", {{"available", 1200}, {"executing", executing}, {"discarded", 4}}},
             {"oldest_waiting_s", 125}},
            {{"queue", "elsewhere"}, {"paused", false}, {"counts", json::object()}}}}};
}

TEST_CASE("queue list shows loads and counts") {
  TestHost host;
  host.answer(queues(2).dump());
  REQUIRE(host.run({"queue", "list"}) == cli::exit_ok);
  CHECK(host.asked.at(0).path == "/api/v1/queues");
  CHECK_THAT(host.said(), has("mail       paused      2/8      1,200      2m          2"));
  CHECK_THAT(host.said(), has("elsewhere                -          0"));
  REQUIRE(host.run({"queue", "list", "--json"}) == cli::exit_ok);
  CHECK(json::parse(host.said()) == queues(2));
}

TEST_CASE("queues are paused, resumed and scaled") {
  TestHost host;
  REQUIRE(host.run({"queue", "pause", "mail"}) == cli::exit_ok);
  CHECK(host.asked.at(0).method == "POST");
  CHECK(host.asked.at(0).path == "/api/v1/queues/mail/pause");
  CHECK_THAT(host.said(), has("queue mail paused"));
  REQUIRE(host.run({"queue", "resume", "mail"}) == cli::exit_ok);
  CHECK(host.asked.at(0).path == "/api/v1/queues/mail/resume");
  REQUIRE(host.run({"queue", "scale", "mail", "12", "--everywhere"}) == cli::exit_ok);
  CHECK(host.asked.at(0).path == "/api/v1/queues/mail/scale");
  CHECK(json::parse(host.asked.at(0).body) == json{{"concurrency", 12}, {"everywhere", true}});
  CHECK(host.run({"queue", "scale", "mail", "0"}) == cli::exit_usage);
  CHECK_THAT(host.complained(), has("CONCURRENCY must be a whole number of 1 to 10000"));
  CHECK(host.run({"queue", "scale", "mail"}) == cli::exit_usage);
}

TEST_CASE("a queue that nobody knows is paused with a warning") {
  TestHost host;
  host.answer(R"({"queue":"mial","paused":true,"warning":"did you mean \"mail\"?"})");
  REQUIRE(host.run({"queue", "pause", "mial"}) == cli::exit_ok);
  CHECK_THAT(host.said(), has("queue mial paused"));
  CHECK(host.complained() == "zzz-jobs: did you mean \"mail\"?\n");
  REQUIRE(host.run({"queue", "pause", "mial", "--json"}) == cli::exit_ok);
  CHECK(json::parse(host.said())["warning"] == "did you mean \"mail\"?");
  CHECK(host.complained().empty());
}

TEST_CASE("what changes something answers with JSON too") {
  TestHost host;
  const json answer{{"some", "answer"}};
  host.answer(answer.dump());
  const std::vector<std::vector<std::string>> commands{
    {"queue", "resume", "mail"}, {"queue", "scale", "mail", "3"}, {"queue", "drain", "mail"},
    {"cron", "run", "nightly"},  {"cron", "pause", "nightly"},    {"node", "stop", "17"}};
  for (auto words : commands) {
    CAPTURE(words);
    words.push_back("--json");
    REQUIRE(host.run(words) == cli::exit_ok);
    CHECK(json::parse(host.said()) == answer);
  }
}

TEST_CASE("queue drain pauses and waits until nothing runs") {
  TestHost host;
  host.answers = [running = 3](const ApiRequest& request) mutable {
    return request.method == "POST" ? ApiAnswer{} : ApiAnswer{200, queues(--running).dump()};
  };
  REQUIRE(host.run({"queue", "drain", "mail"}) == cli::exit_ok);
  REQUIRE(host.asked.size() == 4);
  CHECK(host.asked[0].path == "/api/v1/queues/mail/pause");
  CHECK(host.asked[3].path == "/api/v1/queues");
  CHECK_THAT(host.said(), has("queue mail drained"));
}

TEST_CASE("queue drain gives up when it was told to") {
  TestHost host;
  host.answer(queues(1).dump());
  CHECK(host.run({"queue", "drain", "mail", "--timeout", "0s"}) == cli::exit_again);
  CHECK_THAT(host.complained(), has("the queue is paused, but 1 job still running after 0s"));
}

} // namespace
