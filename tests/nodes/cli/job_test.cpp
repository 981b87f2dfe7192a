#include "test_host.hpp"

#include "support/catch.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace {

using namespace zzz_jobs::node;
using nlohmann::json;
using test::TestHost;
using zzz_jobs::support::has;

json job(int id, const std::string& state) {
  return {{"id", id},
          {"state", state},
          {"queue", "mail"},
          {"worker", "send"},
          {"args", "{\"to\":\"\u001b[31mme\"}"},
          {"priority", -3},
          {"attempt", 4},
          {"max_attempts", 20},
          {"free_attempts", 1},
          {"timeout_s", 300},
          {"scheduled_at", 0},
          {"attempted_at", 1764000000},
          {"completed_at", nullptr},
          {"inserted_at", 1764000000},
          {"errors", json::array({{{"attempt", 3}, {"at", 1764000001}, {"error", "no route"}}})},
          {"unique_key", "mail-7"},
          {"result", nullptr},
          {"progress", 40},
          {"progress_note", "half"},
          {"node", 17}};
}

TEST_CASE("job list asks for what was named and shows a table") {
  TestHost host;
  host.answer(
    json{{"jobs", {job(42, "executing"), job(7, "retryable")}}, {"next_after", 7}}.dump());
  REQUIRE(host.run({"job", "list", "--state", "executing", "--queue", "mail", "--worker", "send",
                    "--unique", "k", "--limit", "2", "--after", "50", "--order", "oldest"})
          == cli::exit_ok);
  REQUIRE(host.asked.size() == 1);
  CHECK(host.asked[0].method == "GET");
  CHECK(host.asked[0].path == "/api/v1/jobs");
  CHECK(host.asked[0].query
        == std::map<std::string, std::string>{{"state", "executing"},
                                              {"queue", "mail"},
                                              {"worker", "send"},
                                              {"unique_key", "k"},
                                              {"limit", "2"},
                                              {"after", "50"},
                                              {"order", "oldest"}});
  CHECK_THAT(host.said(), has("ID  STATE      QUEUE  WORKER  PRIO  TRIES"));
  CHECK_THAT(host.said(), has("42  executing  mail   send      -3   3/20"));
  CHECK_THAT(host.said(), has("40 % half"));
  CHECK_THAT(host.said(), has("no route"));
  CHECK_THAT(host.said(), has("more with --after 7"));
}

TEST_CASE("job list follows the pages") {
  TestHost host;
  host.answers = [&](const ApiRequest& request) {
    const auto after = request.query.contains("after") ? std::stoi(request.query.at("after")) : 0;
    const auto limit = std::stoi(request.query.at("limit"));
    auto jobs = json::array();
    for (int id = after + 1; id <= std::min(after + limit, 2'345); ++id)
      jobs.push_back(job(id, "available"));
    json answer{{"jobs", jobs}, {"next_after", nullptr}};
    if (after + limit < 2'345)
      answer["next_after"] = after + limit;
    return ApiAnswer{200, answer.dump()};
  };
  REQUIRE(host.run({"job", "list", "--order", "oldest", "--limit", "5000", "--json"})
          == cli::exit_ok);
  CHECK(host.asked.size() == 3);
  auto answer = json::parse(host.said());
  REQUIRE(answer["jobs"].size() == 2'345);
  CHECK(answer["jobs"][2'344]["id"] == 2'345);
  CHECK(answer["next_after"].is_null());
  REQUIRE(host.run({"job", "list", "--order", "oldest", "--limit", "1500", "--json"})
          == cli::exit_ok);
  answer = json::parse(host.said());
  CHECK(answer["jobs"].size() == 1'500);
  CHECK(answer["next_after"] == 1'500);
}

TEST_CASE("job show tells everything, as text that is safe to print") {
  TestHost host;
  host.answer(job(42, "executing").dump());
  REQUIRE(host.run({"job", "show", "42"}) == cli::exit_ok);
  CHECK(host.asked.at(0).path == "/api/v1/jobs/42");
  for (const auto* part : {"executing", "mail-7", "3/20 (claimed 4 times)", "40 % half", "no route",
                           "attempt 3", "17", "5m", "\\x1b[31mme"})
    CHECK_THAT(host.said(), has(part));
  CHECK(host.said().find('\x1b') == std::string::npos);
  REQUIRE(host.run({"job", "show", "42", "--json"}) == cli::exit_ok);
  CHECK(json::parse(host.said()) == job(42, "executing"));
}

TEST_CASE("a job that is not there has its own status") {
  TestHost host;
  host.answer(R"({"error":"there is no job 42","code":"job_not_found"})", 404);
  CHECK(host.run({"job", "show", "42"}) == cli::exit_not_found);
  CHECK(host.complained() == "zzz-jobs: there is no job 42\n");
}

} // namespace
