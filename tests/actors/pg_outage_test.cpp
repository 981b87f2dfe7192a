// What becomes of executions when the database cannot be reached.
#include "actors/pg_nodes.hpp"
#include "stores/pg_proxy.hpp"

#include <atomic>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

namespace {

/// A node behind a proxy, with some jobs that run until the door opens.
struct CutOff {
  CutOff() {
    supervisor.register_worker("w", [this](std::string_view, JobContext&) {
      door.wait();
      ++runs;
    });
    for (int i = 0; i < jobs; ++i)
      supervisor.enqueue("w");
    supervisor.start();
    REQUIRE(door.has_waiting(jobs));
  }
  [[nodiscard]] SupervisorConfig config() {
    auto config = quick(jobs);
    config.log = log.sink();
    return config;
  }
  [[nodiscard]] std::string count(const std::string& condition) {
    return database.value("SELECT count(*) FROM zzz_jobs WHERE " + condition);
  }
  [[nodiscard]] bool failed() {
    return eventually([&] { return log.has("store_failed"); }, 60s);
  }
  void check_all_ran_once() {
    CHECK(eventually([&] { return count("state = 2 AND attempt = 1") == std::to_string(jobs); }));
    CHECK(runs == jobs);
    CHECK_FALSE(log.has("outcome_not_recorded"));
    CHECK(supervisor.stats().rescued == 0);
  }

  static constexpr int jobs = 2;
  FreshDatabase fresh{};
  PgProxy proxy{fresh.url()};
  SqlConnection database{fresh.url()};
  Log log{};
  std::atomic<int> runs{0};
  Door door{};
  PgSupervisor supervisor{quiet_store({proxy.url()}), config()};
};

} // namespace

TEST_CASE("outcomes wait for a server that is away, and are recorded once", "[pg][outage]") {
  CutOff node;
  node.proxy.refuse(true);
  node.door.open();
  REQUIRE(node.failed());
  CHECK_FALSE(node.log.has("outcome_not_recorded"));
  node.proxy.refuse(false);
  node.check_all_ran_once();
}

TEST_CASE("outcomes whose commit is lost count as they were committed", "[pg][outage]") {
  CutOff node;
  node.proxy.hold(PgProxy::Hold::all);
  node.door.open();
  // One of them may have ended before the other, and make a turn of its own.
  REQUIRE(eventually([&] { return node.count("state = 2") != "0"; }));
  node.proxy.hold(PgProxy::Hold::nothing);
  node.proxy.cut();
  CHECK(eventually([&] { return node.supervisor.stats().completed == CutOff::jobs; }));
  CHECK(node.supervisor.stats().outcomes_refused == 0);
  CHECK(node.supervisor.stats().store_failures == 0);
  node.check_all_ran_once();
}

TEST_CASE("jobs claimed by a commit that nobody heard of run once, at their first attempt",
          "[pg][outage]") {
  CutOff node;
  node.door.open();
  node.check_all_ran_once();
  REQUIRE(eventually([&] { return node.supervisor.stats().completed == CutOff::jobs; }));
  // What is held may be an earlier turn, or a look of one that is not watching yet.
  int jobs = CutOff::jobs;
  const auto is_claimed_unheard = [&] {
    node.proxy.hold(PgProxy::Hold::all);
    node.database.run("INSERT INTO zzz_jobs (worker, max_attempts) VALUES ('w', 1)");
    ++jobs;
    node.supervisor.look_again();
    if (eventually([&] { return node.count("state = 1") == "1"; }, 2s))
      return true;
    node.proxy.hold(PgProxy::Hold::nothing);
    node.proxy.cut(); // what was held is lost
    REQUIRE(eventually([&] { return node.runs == jobs; }));
    return false;
  };
  REQUIRE(eventually(is_claimed_unheard, 60s));
  node.proxy.hold(PgProxy::Hold::nothing);
  node.proxy.cut();
  const auto all = std::to_string(jobs);
  CHECK(eventually([&] { return node.count("state = 2") == all; }));
  CHECK(node.runs == jobs);
  CHECK(node.count("attempt - free_attempts = 1") == all);
  CHECK(node.supervisor.stats().rescued == 0);
}

TEST_CASE("no more outcomes wait in an outage than jobs were claimed", "[pg][outage]") {
  constexpr int jobs = 1000;
  constexpr std::uint32_t concurrency = 4;
  constexpr std::uint32_t ahead = 20;
  const FreshDatabase fresh;
  PgProxy proxy{fresh.url()};
  SqlConnection database{fresh.url()};
  Log log;
  auto config = quick(concurrency);
  config.prefetch_max = ahead;
  config.log = log.sink();
  std::atomic<int> runs{0};
  PgSupervisor supervisor{quiet_store({proxy.url()}), std::move(config)};
  supervisor.register_worker("w", [&](std::string_view, JobContext&) { ++runs; });
  (void)supervisor.enqueue_many(std::vector<JobRequest>(jobs, {.worker = "w"}));
  supervisor.start();
  REQUIRE(eventually([&] { return runs > 50; }));
  proxy.refuse(true);
  // By then all that it knows to be its own has run, and nothing else can.
  REQUIRE(eventually([&] { return supervisor.stats().store_failures > 2; }));
  const auto count = [&](const std::string& condition) {
    return std::stoi(database.value("SELECT count(*) FROM zzz_jobs WHERE " + condition));
  };
  const auto waiting = runs - count("state = 2");
  CAPTURE(waiting);
  // Those of two turns under way, and of what these had claimed.
  CHECK(waiting <= static_cast<int>(3 * (concurrency + ahead)));
  REQUIRE(count("state = 0") > 0); // else nothing was cut off
  proxy.refuse(false);
  CHECK(eventually([&] { return count("state = 2 AND attempt - free_attempts = 1") == jobs; }));
  CHECK(runs == jobs);
  CHECK(eventually([&] { return supervisor.stats().completed == jobs; }));
  CHECK(supervisor.stats().outcomes_refused == 0);
  CHECK(supervisor.stats().rescued == 0);
}
