#include "test_host.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace {

using namespace zzz_jobs::node;
using nlohmann::json;
using test::TestHost;
using zzz_jobs::support::has;

/// As a node with so many matching jobs, whose ids are 1 to that; of the first some
/// cannot be changed.
void answer_bulk(TestHost& host, int matching, int stubborn = 0) {
  host.answers = [=](const ApiRequest& request) {
    const auto body = json::parse(request.body);
    if (body["dry_run"].get<bool>())
      return ApiAnswer{200, json{{"matched", matching}, {"changed", 0}, {"failed", 0}}.dump()};
    const auto after = body["after"].get<int>();
    const auto last = std::min(after + body["limit"].get<int>(), matching);
    const auto failed = std::max(0, std::min(last, stubborn) - after);
    return ApiAnswer{200,
                     json{{"matched", last - after},
                          {"changed", last - after - failed},
                          {"failed", failed},
                          {"next_after", last == matching ? json() : json(last)}}
                       .dump()};
  };
}

TEST_CASE("named jobs are changed one by one") {
  TestHost host;
  host.answers = [](const ApiRequest& request) {
    if (request.path == "/api/v1/jobs/2/cancel")
      return ApiAnswer{409, R"({"error":"it is completed","code":"not_allowed"})"};
    return ApiAnswer{200, R"({"id":1,"was":"available"})"};
  };
  CHECK(host.run({"job", "cancel", "1", "2", "3"}) == cli::exit_failed);
  REQUIRE(host.asked.size() == 3);
  CHECK(host.asked[0].method == "POST");
  CHECK(host.asked[2].path == "/api/v1/jobs/3/cancel");
  CHECK(host.said() == "job 1 cancelled (was available)\njob 3 cancelled (was available)\n");
  CHECK(host.complained() == "zzz-jobs: job 2: it is completed\n");
  CHECK(host.run({"job", "retry", "1"}) == cli::exit_ok);
  CHECK(host.asked[0].path == "/api/v1/jobs/1/retry");
  CHECK(host.run({"job", "delete", "1"}) == cli::exit_ok);
  CHECK(host.asked[0].method == "DELETE");
  CHECK(host.asked[0].path == "/api/v1/jobs/1");
}

TEST_CASE("programs get one document for all named jobs") {
  TestHost host;
  host.answers = [](const ApiRequest& request) {
    if (request.path == "/api/v1/jobs/2/cancel")
      return ApiAnswer{409, R"({"error":"it is completed","code":"not_allowed"})"};
    return ApiAnswer{200, R"({"id":1,"was":"available"})"};
  };
  CHECK(host.run({"job", "cancel", "1", "2", "--json"}) == cli::exit_failed);
  CHECK(json::parse(host.said())
        == json{{"changed", {{{"id", 1}, {"was", "available"}}}},
                {"failed", {{{"id", 2}, {"error", "it is completed"}, {"code", "not_allowed"}}}}});
  CHECK(host.complained().empty());
}

TEST_CASE("programs are told how many of the matching jobs were changed") {
  TestHost host;
  answer_bulk(host, 2'500, 3);
  CHECK(host.run({"job", "cancel", "--all", "--yes", "--json"}) == cli::exit_failed);
  CHECK(json::parse(host.said()) == json{{"matched", 2'500}, {"changed", 2'497}, {"failed", 3}});
  CHECK(host.complained().empty());
  CHECK(host.run({"job", "cancel", "--all", "--dry-run", "--json"}) == cli::exit_ok);
  CHECK(json::parse(host.said()) == json{{"matched", 2'500}, {"changed", 0}, {"failed", 0}});
}

TEST_CASE("an error that names its job names it once") {
  TestHost host;
  host.answer(R"({"error":"job 77: not found","code":"job_not_found"})", 404);
  CHECK(host.run({"job", "cancel", "77"}) == cli::exit_not_found);
  CHECK(host.complained() == "zzz-jobs: job 77: not found\n");
}

TEST_CASE("nothing is changed if one of the names is no id") {
  TestHost host;
  CHECK(host.run({"job", "delete", "1", "x"}) == cli::exit_usage);
  CHECK(host.asked.empty());
}

TEST_CASE("a change of many says how many and wants --yes") {
  TestHost host;
  answer_bulk(host, 2'500);
  CHECK(host.run({"job", "cancel", "--queue", "mail"}) == cli::exit_usage);
  CHECK_THAT(host.complained(),
             has("2,500 jobs match: shall they be cancelled? Say so with --yes"));
  REQUIRE(host.asked.size() == 1);
  CHECK(json::parse(host.asked[0].body)
        == json{{"action", "cancel"},
                {"filter", {{"queue", "mail"}}},
                {"dry_run", true},
                {"limit", 1'000},
                {"after", 0}});
  CHECK(host.run({"job", "cancel", "--queue", "mail", "--dry-run"}) == cli::exit_ok);
  CHECK(host.said() == "2,500 jobs would be cancelled\n");
  CHECK(host.asked.size() == 1);
  CHECK(host.run({"job", "cancel", "--queue", "mail", "--yes"}) == cli::exit_ok);
  CHECK(host.said() == "2,500 jobs cancelled\n");
  CHECK(host.complained() == "2,500 jobs match\n");
  REQUIRE(host.asked.size() == 4);
  CHECK(json::parse(host.asked[3].body)["after"] == 2'000);
  // Though more may match by now, no more are changed than were told.
  CHECK(json::parse(host.asked[2].body)["limit"] == 1'000);
  CHECK(json::parse(host.asked[3].body)["limit"] == 500);
}

TEST_CASE("with --yes the number is told before the first change") {
  TestHost host;
  answer_bulk(host, 1);
  std::string told;
  host.answers = [&, answer = host.answers](const ApiRequest& request) {
    if (!json::parse(request.body)["dry_run"].get<bool>())
      told = host.complained();
    return answer(request);
  };
  CHECK(host.run({"job", "delete", "--all", "--yes"}) == cli::exit_ok);
  CHECK(told == "1 job matches\n");
}

TEST_CASE("jobs that cannot be changed are counted") {
  TestHost host;
  answer_bulk(host, 1'203, 3);
  CHECK(host.run({"job", "retry", "--state", "discarded", "--yes"}) == cli::exit_failed);
  CHECK(host.said() == "1,200 jobs retried\n");
  CHECK(host.complained() == "1,203 jobs match\nzzz-jobs: 3 jobs could not be retried\n");
}

TEST_CASE("where nothing matches nothing is asked") {
  TestHost host;
  answer_bulk(host, 0);
  CHECK(host.run({"job", "delete", "--all"}) == cli::exit_ok);
  CHECK(host.said() == "0 jobs would be deleted\n");
}

TEST_CASE("on a terminal somebody is asked") {
  TestHost host;
  host.terminal_fd = 0;
  host.variables["NO_COLOR"] = "1";
  answer_bulk(host, 1);
  host.input.str("n\n");
  CHECK(host.run({"job", "delete", "--worker", "x"}) == cli::exit_failed);
  CHECK_THAT(host.complained(), has("1 job matches: shall it be deleted? [y/N] "));
  CHECK_THAT(host.complained(), has("nothing changed"));
  host.input.clear();
  host.input.str("y\n");
  CHECK(host.run({"job", "delete", "--worker", "x"}) == cli::exit_ok);
  CHECK(host.said() == "1 job deleted\n");
}

TEST_CASE("which jobs are meant must be said in one way") {
  TestHost host;
  CHECK(host.run({"job", "cancel"}) == cli::exit_usage);
  CHECK(host.run({"job", "retry", "--all", "--yes"}) == cli::exit_usage);
  CHECK_THAT(host.complained(), has("--state discarded"));
  CHECK(host.run({"job", "cancel", "4", "--all"}) == cli::exit_usage);
  CHECK(host.run({"job", "cancel", "4", "--queue", "mail"}) == cli::exit_usage);
  CHECK(host.asked.empty());
}

} // namespace
