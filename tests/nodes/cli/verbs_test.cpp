#include "test_host.hpp"

#include "support/catch.hpp"

#include <zzz_jobs/config/errc.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace {

using namespace zzz_jobs::node;
using nlohmann::json;
using test::TestHost;
using zzz_jobs::support::has;

TEST_CASE("why says the reasons and what helps") {
  TestHost host;
  host.answer(R"({"job":{"id":42,"worker":"send","queue":"mail","state":"available"},"runs":false,
    "reasons":[{"code":"paused","text":"queue \"mail\" is paused","action":"queue resume mail"}]})");
  REQUIRE(host.run({"why", "42"}) == cli::exit_ok);
  CHECK(host.asked.at(0).path == "/api/v1/jobs/42/why");
  CHECK(host.said()
        == "job 42, send in queue mail, is available\n"
           "  paused: queue \"mail\" is paused\n"
           "    queue resume mail\n");
  REQUIRE(host.run({"why", "42", "--json"}) == cli::exit_ok);
  CHECK(json::parse(host.said())["runs"] == false);
}

TEST_CASE("node run goes to the host with its file and settings") {
  TestHost host;
  host.run_status = 75;
  CHECK(host.run({"node", "run", "--config", "a.toml", "--set", "http.listen=127.0.0.1:1", "--set",
                  "log.level=error", "--once"})
        == 75);
  REQUIRE(host.runs.size() == 1);
  CHECK(host.runs[0].config == "a.toml");
  CHECK(host.runs[0].settings
        == std::vector<std::string>{"http.listen=127.0.0.1:1", "log.level=error"});
  CHECK(host.runs[0].once);
  CHECK(host.targets.empty());
  CHECK(host.run({"node", "run", "--socket", "x"}) == cli::exit_usage);
  CHECK_THAT(host.complained(), has("--socket is for commands that ask a node"));
  CHECK(host.runs.size() == 1);
}

TEST_CASE("node list shows nodes and their loads") {
  TestHost host;
  const json answer{{"nodes",
                     {{{"id", 1795520402001},
                       {"name", "alpha"},
                       {"state", "running"},
                       {"address", "127.0.0.1:7000"},
                       {"version", "0.1.0"},
                       {"pid", 7},
                       {"started_at", 1764000000},
                       {"self", true},
                       {"linked", true},
                       {"gateway", true},
                       {"queues", {{{"queue", "mail"}, {"concurrency", 8}, {"running", 2}}}}},
                      {{"id", 2}, {"name", "beta"}, {"state", "lost"}, {"linked", false}}}}};
  host.answer(answer.dump());
  REQUIRE(host.run({"node", "list"}) == cli::exit_ok);
  CHECK(host.asked.at(0).path == "/api/v1/nodes");
  CHECK_THAT(host.said(), has("1795520402001  alpha  running  self"));
  CHECK_THAT(host.said(), has("127.0.0.1:7000 gateway  mail 2/8"));
  CHECK_THAT(host.said(), has("beta   lost     no"));
  REQUIRE(host.run({"node", "list", "--json"}) == cli::exit_ok);
  CHECK(json::parse(host.said()) == answer);
}

TEST_CASE("node stop names the node by its id") {
  TestHost host;
  REQUIRE(host.run({"node", "stop", "17"}) == cli::exit_ok);
  CHECK(host.asked.at(0).method == "POST");
  CHECK(host.asked.at(0).path == "/api/v1/nodes/17/stop");
  CHECK(host.run({"node", "stop", "alpha"}) == cli::exit_usage);
  host.answer(R"({"error":"no link to node 17","code":"not_found"})", 404);
  CHECK(host.run({"node", "stop", "17"}) == cli::exit_not_found);
}

TEST_CASE("cron entries are shown, previewed, run and paused") {
  TestHost host;
  const json answer{{"cron",
                     {{{"name", "nightly"},
                       {"expression", "0 3 * * *"},
                       {"worker", "clean"},
                       {"zone", "Europe/Berlin"},
                       {"missed", "latest"},
                       {"paused", true},
                       {"last_tick", nullptr},
                       {"next_tick", nullptr}}}}};
  host.answer(answer.dump());
  REQUIRE(host.run({"cron", "list"}) == cli::exit_ok);
  CHECK(host.asked.at(0).path == "/api/v1/cron");
  CHECK_THAT(host.said(),
             has("nightly  0 3 * * *   Europe/Berlin  clean   latest  never      paused"));
  REQUIRE(host.run({"cron", "list", "--json"}) == cli::exit_ok);
  CHECK(json::parse(host.said()) == answer);

  host.answer(R"({"ticks":[1764000000,1764086400]})");
  REQUIRE(host.run({"cron", "preview", "nightly", "--count", "2"}) == cli::exit_ok);
  CHECK(host.asked.at(0).path == "/api/v1/cron/nightly/preview");
  CHECK(host.asked.at(0).query.at("count") == "2");
  const auto lines = host.said();
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 2);
  CHECK(host.run({"cron", "preview", "nightly", "--count", "0"}) == cli::exit_usage);

  host.answer(R"({"id":9,"state":"available"})");
  REQUIRE(host.run({"cron", "run", "nightly"}) == cli::exit_ok);
  CHECK(host.asked.at(0).path == "/api/v1/cron/nightly/run");
  CHECK(host.said() == "job 9 available\n");
  REQUIRE(host.run({"cron", "pause", "nightly"}) == cli::exit_ok);
  CHECK(host.asked.at(0).path == "/api/v1/cron/nightly/pause");
  REQUIRE(host.run({"cron", "resume", "nightly"}) == cli::exit_ok);
  CHECK(host.asked.at(0).method == "POST");
  CHECK(host.asked.at(0).path == "/api/v1/cron/nightly/resume");
}

TEST_CASE("stats show queues and what the node has done") {
  TestHost host;
  const json answer{{"counts", {{"mail", {{"available", 3}}}}},
                    {"stats", {{"enqueued", 12345}, {"rescued", 0}}},
                    {"queues", {{{"queue", "mail"}, {"counts", {{"available", 3}}}}}},
                    {"uptime_s", 7500}};
  host.answer(answer.dump());
  REQUIRE(host.run({"stats"}) == cli::exit_ok);
  CHECK(host.asked.at(0).path == "/api/v1/stats");
  for (const auto* part : {"mail", "enqueued", "12,345", "up 2h 5m"})
    CHECK_THAT(host.said(), has(part));
  REQUIRE(host.run({"stats", "--json"}) == cli::exit_ok);
  CHECK(json::parse(host.said()) == answer);
}

TEST_CASE("health is 0 or 4") {
  TestHost host;
  const auto body = [](const std::string& status) {
    return R"({"status":")" + status
      + R"(","checks":[{"name":"store","ok":false,"text":"away for 3 s"}]})";
  };
  host.answer(body("ok"));
  CHECK(host.run({"health"}) == cli::exit_ok);
  host.answer(body("degraded"));
  CHECK(host.run({"health"}) == cli::exit_ok);
  CHECK(host.said() == "degraded\n  FAIL  store: away for 3 s\n");
  host.answer(body("failed"), 503);
  CHECK(host.run({"health"}) == cli::exit_unhealthy);
  CHECK(host.run({"health", "--json"}) == cli::exit_unhealthy);
  CHECK(json::parse(host.said())["status"] == "failed");
  host.answer(R"({"error":"wrong token","code":"not_allowed"})", 401);
  CHECK(host.run({"health"}) == cli::exit_failed);
  host.open = [](const cli::Target&) -> std::unique_ptr<ApiChannel> {
    throw zzz_jobs::Error(zzz_jobs::errc::unavailable, "nobody listens");
  };
  CHECK(host.run({"health"}) == cli::exit_unhealthy);
  CHECK(host.complained() == "zzz-jobs: nobody listens\n");
}

TEST_CASE("doctor is unhealthy where there is a problem") {
  TestHost host;
  const auto findings = [](const std::string& level) {
    return json{
      {"findings",
       {{{"check", "schema"}, {"level", "fine"}, {"text", "version 7"}, {"advice", ""}},
        {{"check", "clock"}, {"level", level}, {"text", "3 s apart"}, {"advice", "start NTP"}}}}}
      .dump();
  };
  host.answer(findings("warning"));
  CHECK(host.run({"doctor"}) == cli::exit_ok);
  CHECK_THAT(host.said(), has("clock   warning  3 s apart"));
  CHECK_THAT(host.said(), has("-> start NTP"));
  host.answer(findings("problem"));
  CHECK(host.run({"doctor"}) == cli::exit_unhealthy);
  CHECK(host.run({"doctor", "--json"}) == cli::exit_unhealthy);
  CHECK(json::parse(host.said())["findings"].size() == 2);
  host.answer(R"({"error":"an SQLite store has no doctor","code":"unsupported"})", 404);
  CHECK(host.run({"doctor"}) == cli::exit_not_found);
}

TEST_CASE("colours are for terminals, and for those who want them") {
  TestHost host;
  host.answer(R"({"status":"ok","checks":[]})");
  REQUIRE(host.run({"health"}) == cli::exit_ok);
  CHECK(host.said() == "ok\n");
  host.terminal_fd = 0;
  REQUIRE(host.run({"health"}) == cli::exit_ok);
  CHECK(host.said() == "\x1b[32mok\x1b[0m\n");
  REQUIRE(host.run({"health", "--no-color"}) == cli::exit_ok);
  CHECK(host.said() == "ok\n");
  host.variables["NO_COLOR"] = "1";
  REQUIRE(host.run({"health"}) == cli::exit_ok);
  CHECK(host.said() == "ok\n");
  host.variables["NO_COLOR"] = ""; // as no-color.org says
  REQUIRE(host.run({"health"}) == cli::exit_ok);
  CHECK(host.said() != "ok\n");
}

TEST_CASE("with --json an error is JSON too, on its own stream") {
  TestHost host;
  host.answer(R"({"error":"job 9: not found","code":"job_not_found"})", 404);
  CHECK(host.run({"job", "show", "9", "--json"}) == cli::exit_not_found);
  CHECK(host.said().empty());
  CHECK(json::parse(host.complained())
        == json{{"error", "job 9: not found"}, {"code", "job_not_found"}, {"exit_status", 3}});
  host.open = [](const cli::Target&) -> std::unique_ptr<ApiChannel> {
    throw zzz_jobs::Error(zzz_jobs::errc::unavailable, "nobody \"there\"");
  };
  CHECK(host.run({"stats", "--json"}) == cli::exit_again);
  const auto away = json::parse(host.complained());
  CHECK(away.at("error") == "nobody \"there\"");
  CHECK(away.at("code") == "unavailable");
  // What the command line says wrong, too.
  CHECK(host.run({"job", "shwo", "--json"}) == cli::exit_usage);
  CHECK(json::parse(host.complained()).at("code").is_null());
  CHECK(host.run({"stats"}) == cli::exit_again);
  CHECK(host.complained() == "zzz-jobs: nobody \"there\"\n");
}

TEST_CASE("each error code has its exit status, answered or met here") {
  using zzz_jobs::errc;
  const std::map<errc, int> statuses{
    {errc::invalid_argument, cli::exit_usage}, {errc::invalid_cron_expression, cli::exit_usage},
    {errc::too_large, cli::exit_usage},        {errc::job_not_found, cli::exit_not_found},
    {errc::store_full, cli::exit_again},       {errc::unavailable, cli::exit_again},
    {errc::locked, cli::exit_again},           {errc::in_doubt, cli::exit_failed},
    {errc::not_allowed, cli::exit_failed},     {errc::conflict, cli::exit_failed},
    {errc::schema_too_new, cli::exit_failed},  {errc::corrupt, cli::exit_failed},
    {errc::unsupported, cli::exit_failed},
  };
  for (int value = 1; to_string(static_cast<errc>(value)) != "unknown"; ++value) {
    const auto code = static_cast<errc>(value);
    const std::string name{to_string(code)};
    CAPTURE(name);
    REQUIRE(statuses.contains(code));
    TestHost host;
    // Where the code says more than the status of HTTP, it counts.
    host.answer(json{{"error", "no"}, {"code", name}}.dump(), 500);
    CHECK(host.run({"stats", "--json"}) == statuses.at(code));
    CHECK(json::parse(host.complained()).at("code") == name);
    host.open = [&](const cli::Target&) -> std::unique_ptr<ApiChannel> {
      throw zzz_jobs::Error(code, "no");
    };
    CHECK(host.run({"stats", "--json"}) == statuses.at(code));
    CHECK(json::parse(host.complained()).at("code") == name);
  }
}

TEST_CASE("who lacks a token is told how to give one") {
  TestHost host;
  host.answer(R"({"error":"http: wrong or missing token","code":"unauthorized"})", 401);
  CHECK(host.run({"stats"}) == cli::exit_failed);
  CHECK_THAT(host.complained(), has("--token-file or $ZZZ_JOBS_HTTP_TOKEN"));
}

} // namespace
