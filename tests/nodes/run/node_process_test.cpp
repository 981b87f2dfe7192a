// A node as a process: how it begins and how it ends.
#include "nodes/control/http_peer.hpp"
#include "nodes/run/node_program.hpp"
#include "support/catch.hpp"

#include <zzz_jobs/config/virtual_clock.hpp>
#include <zzz_jobs/nodes/control/http_client.hpp>
#include <zzz_jobs/stores/sqlite_store.hpp>

#include <csignal>
#include <cstdlib>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

TEST_CASE("a node executes what is put in, and ends with 0 at SIGTERM", "[node]") {
  NodeProgram node;
  node.start();
  REQUIRE(node.answers());
  const auto id = node.enqueue("count", "four");
  REQUIRE(node.reaches(id, "completed"));
  CHECK(node.json("/api/v1/jobs/" + std::to_string(id)).at("result") == "4");
  node.process().signal(SIGTERM);
  CHECK(node.process().wait_for_end(end_limit) == 0);
  CHECK(node.has_logged("node_ended clean=true"));
  CHECK_FALSE(std::filesystem::exists(node.path("jobs.db.sock")));
}

TEST_CASE("a signal waits for running jobs, a second one does not", "[node]") {
  const int number = GENERATE(SIGTERM, SIGINT);
  NodeProgram node;
  node.start();
  REQUIRE(node.answers());
  const auto id = node.enqueue("wait");
  REQUIRE(eventually([&] { return std::filesystem::exists(node.path("started")); }));
  node.process().signal(number);
  REQUIRE(node.has_logged("node_stopping"));
  CHECK_FALSE(node.process().has_ended());
  SECTION("it ends by itself") {
    std::ofstream{node.path("open")} << "\n";
    CHECK(node.process().wait_for_end(end_limit) == 0);
    node.start({"--once"});
    CHECK(node.process().wait_for_end(end_limit) == 0); // there was nothing left to do
    CHECK(node.log().find("command_") == std::string::npos);
  }
  SECTION("it is hurried") {
    node.process().signal(number);
    CHECK(node.has_logged("node_hurried"));
    CHECK(node.process().wait_for_end(end_limit));
    // Interrupted, and no attempt was used.
    std::ofstream{node.path("open")} << "\n";
    node.start();
    REQUIRE(node.answers());
    CHECK(node.reaches(id, "completed"));
  }
}

TEST_CASE("a node that is killed goes on where it was", "[node]") {
  NodeProgram node;
  node.start();
  REQUIRE(node.answers());
  const auto running = node.enqueue("wait");
  REQUIRE(eventually([&] { return std::filesystem::exists(node.path("started")); }));
  node.process().kill();
  std::ofstream{node.path("open")} << "\n";
  node.start();
  REQUIRE(node.answers()); // the socket that was left is taken over
  CHECK(node.reaches(running, "completed"));
}

TEST_CASE("a node that is told nothing of retention deletes what ended long ago", "[node]") {
  NodeProgram node;
  const auto clock = std::make_shared<testing::VirtualClock>(
    std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now()));
  std::vector<std::int64_t> gone;
  std::int64_t kept = 0;
  {
    SqliteStore store{{.path = node.path("jobs.db"), .clock = clock}};
    // The defaults: a day for what is completed, a week for the others.
    const auto end = [&](OutcomeKind kind, std::chrono::hours before) {
      clock->advance(-before);
      const auto id = store.enqueue("count", "{}", {}).id;
      Batch claims;
      claims.claims.push_back({"default", 1, 0});
      Batch ends;
      ends.outcomes.push_back(
        {.claim = store.apply(claims).claimed.at(0).at(0).claim(), .kind = kind});
      REQUIRE(store.apply(ends).outcomes.at(0) == OutcomeResult::applied);
      clock->advance(before);
      return id;
    };
    gone = {end(OutcomeKind::complete, 25h), end(OutcomeKind::discard, 24h * 8),
            end(OutcomeKind::cancel, 24h * 8)};
    kept = end(OutcomeKind::discard, 24h * 6);
  }
  node.start();
  REQUIRE(node.answers());
  for (const auto id : gone)
    CHECK(eventually(
      [&] { return node.call("GET", "/api/v1/jobs/" + std::to_string(id)).status == 404; }));
  CHECK(node.state(kept) == "discarded");
}

TEST_CASE("with --once a node ends when nothing is due", "[node]") {
  NodeProgram node;
  node.start();
  REQUIRE(node.answers());
  CHECK(node.call("POST", "/api/v1/queues/default/pause").status < 300);
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 20; ++i)
    ids.push_back(node.enqueue("count"));
  const auto unknown = node.enqueue("nobody");
  node.call("POST", "/api/v1/jobs", R"({"worker":"count","delay_s":3600})");
  node.process().signal(SIGTERM);
  REQUIRE(node.process().wait_for_end(end_limit) == 0);
  node.start({"--once"});
  REQUIRE(node.process().wait_for_end(end_limit) == 0); // paused: nothing to do
  node.start();
  REQUIRE(node.answers());
  CHECK(node.state(ids.front()) == "available");
  CHECK(node.call("POST", "/api/v1/queues/default/resume").status < 300);
  for (const auto id : ids)
    CHECK(node.reaches(id, "completed"));
  CHECK(node.state(unknown) == "available");
  const auto last = node.enqueue("count");
  node.process().kill();
  node.start({"--once"});
  REQUIRE(node.process().wait_for_end(end_limit) == 0);
  node.start();
  REQUIRE(node.answers());
  CHECK(node.state(last) == "completed");
}

TEST_CASE("with --once a node fires the ticks that were missed before it ends", "[node][cron]") {
  NodeProgram node{std::string{common_file} + R"(
[[worker]]
name = "mark"
command = ["touch", "fired"]
[[cron]]
name = "daily"
expression = "@daily"
worker = "mark"
missed = "latest"
)"};
  node.start({"--once"}); // from now on
  REQUIRE(node.process().wait_for_end(end_limit) == 0);
  CHECK_FALSE(std::filesystem::exists(node.path("fired")));
  const auto sleep = "sqlite3 " + node.path("jobs.db").string()
    + " 'UPDATE zzz_jobs_cron SET last_tick = last_tick - 200000'";
  REQUIRE(std::system(sleep.c_str()) == 0);
  node.start({"--once"});
  REQUIRE(node.process().wait_for_end(end_limit) == 0);
  CHECK(std::filesystem::exists(node.path("fired")));
}

TEST_CASE("the API can ask a node to stop", "[node]") {
  NodeProgram node;
  node.start();
  REQUIRE(node.answers());
  const auto id = node.json("/api/v1/version").at("node_id").get<std::int64_t>();
  CHECK(node.call("POST", "/api/v1/nodes/" + std::to_string(id) + "/stop").status < 300);
  CHECK(node.process().wait_for_end(end_limit) == 0);
}

TEST_CASE("what keeps a node from starting is said, with a status for it", "[node]") {
  SECTION("a configuration that does not hold, all problems at once") {
    NodeProgram node{"[[queue]]\nname = \"mail\"\nconcurency = 3\nconcurrency = 0\n"};
    node.start();
    CHECK(node.process().wait_for_end(end_limit) == 2);
    CHECK(node.has_logged("did you mean \"concurrency\""));
    CHECK(node.has_logged("queue.mail.concurrency"));
  }
  SECTION("a file that is not there") {
    NodeProgram node;
    std::filesystem::remove(node.path("node.toml"));
    node.start();
    CHECK(node.process().wait_for_end(end_limit) == 2);
    CHECK(node.has_logged("node.toml"));
  }
  SECTION("a program that is not there") {
    NodeProgram node{"[store]\npath = \"jobs.db\"\n[[worker]]\nname = \"w\"\n"
                     "command = [\"no-such-program-anywhere\"]\n"};
    node.start();
    CHECK(node.process().wait_for_end(end_limit) == 2);
    CHECK(node.has_logged("no-such-program-anywhere"));
  }
  SECTION("certificates that are not there, all of them, before anything listens") {
    NodeProgram node{std::string{common_file}
                     + "[cluster]\nlisten = \"127.0.0.1:0\"\ncertificate = \"no.crt\"\n"
                       "key = \"no.key\"\nca = \"no-ca.crt\"\n"
                       "[http]\nlisten = \"127.0.0.1:0\"\ncertificate = \"no.crt\"\n"
                       "key = \"no.key\"\n"};
    node.start();
    CHECK(node.process().wait_for_end(end_limit) == 2);
    for (const auto* key :
         {"cluster.certificate: ", "cluster.key: ", "cluster.ca: ", "http.certificate: "})
      CHECK_THAT(node.log(), has(key));
    CHECK(node.log().find("listen") == std::string::npos);
    CHECK_FALSE(std::filesystem::exists(node.path("jobs.db")));
  }
  SECTION("a file that another node works on") {
    NodeProgram first;
    first.start();
    REQUIRE(first.answers());
    NodeProgram second{"[store]\npath = \"" + first.path("jobs.db").string() + "\"\n"};
    second.start();
    CHECK(second.process().wait_for_end(end_limit) == 75);
    CHECK(second.has_logged("is in use by process"));
  }
}

TEST_CASE("a node answers over HTTP where its file says so", "[node][http]") {
  NodeProgram node{std::string{common_file}
                   + "[http]\nlisten = \"127.0.0.1:0\"\ntoken = \"asecretofatleast16\"\n"};
  node.start();
  REQUIRE(node.has_logged("http_listening address=\""));
  const auto log = node.log();
  const auto begin = log.find("address=\"") + 9;
  const auto url = "http://" + log.substr(begin, log.find('"', begin) - begin);
  HttpClient with_token{{.url = url, .token = "asecretofatleast16"}};
  CHECK(with_token.call({.path = "/api/v1/version"}).status == 200);
  HttpClient without{{.url = url}};
  CHECK(without.call({.path = "/api/v1/version"}).status == 401);
  CHECK(without.call({.path = "/livez"}).status == 200);
  const auto id = node.enqueue("count");
  REQUIRE(node.reaches(id, "completed"));
  const auto address = url.substr(std::string{"http://"}.size());
  const auto metrics = [&] {
    return tests::say(address, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  };
  CHECK(eventually([&] {
    return metrics().find("zzz_jobs_finished_total{outcome=\"completed\"} 1") != std::string::npos;
  }));
  CHECK(log.find("asecret") == std::string::npos);
}
