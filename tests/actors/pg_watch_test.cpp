// What nodes and programs that share a database tell each other.
#include "actors/pg_nodes.hpp"

#include <zzz_jobs/stores/pg_schema.hpp>

#include <atomic>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

namespace {

/// A node whose worker "w" counts.
struct Node {
  Node(const PgStore::Config& store, const SupervisorConfig& config) : supervisor{store, config} {
    supervisor.register_worker("w", [this](std::string_view, JobContext&) { ++runs; });
    supervisor.start();
  }
  /// Its first looks are over: from now on it waits to be told.
  void settle() {
    REQUIRE(eventually([this] {
      const auto id = supervisor.enqueue("w").id;
      return comes_to(supervisor, id, JobState::completed) && supervisor.get(id)->attempt == 1;
    }));
  }
  [[nodiscard]] bool runs_another(const std::function<void()>& enqueue) {
    const int before = runs;
    enqueue();
    return eventually([&] { return runs > before; });
  }

  std::atomic<int> runs{0};
  PgSupervisor supervisor;
};

/// A worker whose executions wait for their stop token, and say why it fired.
class Patient {
public:
  void register_at(AnySupervisor& supervisor) {
    supervisor.register_worker("patient", [this](std::string_view, JobContext& context) {
      ++running;
      (void)eventually([&] { return context.stop_requested() || ended; });
      {
        const std::lock_guard lock{mutex_};
        reasons_.push_back(context.stop_reason());
      }
      --running;
    });
  }
  /// Why the executions so far ended, in that order.
  [[nodiscard]] std::vector<StopReason> reasons() {
    const std::lock_guard lock{mutex_};
    return reasons_;
  }
  std::atomic<int> running{0};
  std::atomic<bool> ended{false};

private:
  std::mutex mutex_{};
  std::vector<StopReason> reasons_{};
};

const std::string plain_insert = "INSERT INTO zzz_jobs (worker) VALUES ('w')";

} // namespace

TEST_CASE("jobs that were put in before the start run at once", "[pg][watch]") {
  zzz_jobs::tests::PgTables tables;
  std::atomic<int> runs{0};
  PgSupervisor supervisor{quiet_store(tables.target()), patient()};
  supervisor.register_worker("w", [&](std::string_view, JobContext&) { ++runs; });
  SECTION("here") {
    supervisor.enqueue_many(std::vector<JobRequest>(100, {"w", "", {}}));
  }
  SECTION("by another program") {
    tables.connect().run("INSERT INTO zzz_jobs (worker) SELECT 'w' FROM generate_series(1, 100)");
  }
  const auto begin = SteadyClock::now();
  supervisor.start();
  CHECK(eventually([&] { return runs == 100; }));
  CHECK(SteadyClock::now() - begin < 5s);
}

TEST_CASE("jobs whose worker becomes known run at once", "[pg][watch]") {
  zzz_jobs::tests::PgTables tables;
  Node node{quiet_store(tables.target()), patient()};
  node.settle();
  const auto id = node.supervisor.enqueue("strange").id;
  look_now(node.supervisor); // nobody here can run it
  CHECK(state_of(node.supervisor, id) == JobState::available);
  const auto begin = SteadyClock::now();
  node.supervisor.register_worker("strange", [](std::string_view, JobContext&) {});
  CHECK(comes_to(node.supervisor, id, JobState::completed));
  CHECK(SteadyClock::now() - begin < 5s);
}

TEST_CASE("jobs on their last attempt are run among others without delay", "[pg][watch]") {
  zzz_jobs::tests::PgTables tables;
  Node node{quiet_store(tables.target()), patient()};
  node.settle();
  std::vector<JobRequest> jobs(1000, JobRequest{"w", "", {}});
  for (std::size_t i = 50; i < jobs.size(); i += 50)
    jobs[i].opts.max_attempts = 1;
  const int before = node.runs;
  const auto begin = SteadyClock::now();
  node.supervisor.enqueue_many(jobs);
  CHECK(eventually([&] { return node.runs == before + 1000; }));
  CHECK(SteadyClock::now() - begin < 5s);
}

TEST_CASE("another program's job is found by the next look", "[pg][watch]") {
  zzz_jobs::tests::PgTables tables;
  auto config = quiet_store(tables.target());
  config.look_interval = 300ms;
  Node node{config, patient()};
  node.settle();
  auto other = tables.connect();
  CHECK(once_within(1s, [&] { return node.runs_another([&] { other.run(plain_insert); }); }));
  CHECK(once_within(2s, [&] { // one that is scheduled, by the alarm or the look
    return node.runs_another([&] {
      other.run("INSERT INTO zzz_jobs (worker, state, scheduled_at) "
                "VALUES ('w', 6, extract(epoch FROM now())::bigint)");
    });
  }));
}

TEST_CASE("another program's job is found at once where the trigger is installed", "[pg][watch]") {
  zzz_jobs::tests::PgTables tables;
  Node node{quiet_store(tables.target()), patient()};
  pg::install_wake_trigger(tables.target());
  node.settle();
  auto other = tables.connect();
  CHECK(once_within(300ms, [&] { return node.runs_another([&] { other.run(plain_insert); }); }));
}

TEST_CASE("a job of another node wakes an idle one at once", "[pg][watch]") {
  zzz_jobs::tests::PgTables tables;
  Node node{quiet_store(tables.target()), patient()};
  node.settle();
  PgStore other{quiet_store(tables.target())};
  CHECK(once_within(300ms, [&] { return node.runs_another([&] { other.enqueue("w", ""); }); }));
  CHECK(once_within(300ms, [&] { // a retry by hand as well
    return node.runs_another([&] {
      REQUIRE(other.retry(other.list({.state = JobState::completed}, {}).at(0).id).result
              == ChangeResult::changed);
    });
  }));
}

TEST_CASE("a pause on one node stops the claims of all, and its end wakes them", "[pg][watch]") {
  zzz_jobs::tests::PgTables tables;
  Node node{quiet_store(tables.target()), patient()};
  node.settle();
  PgSupervisor other{quiet_store(tables.target()), patient(1, "elsewhere")};
  other.start();
  const int before = node.runs;
  other.pause_queue("default");
  CHECK(node.supervisor.is_paused("default"));
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 10; ++i)
    ids.push_back(
      (i % 2 == 0 ? static_cast<AnySupervisor&>(other) : node.supervisor).enqueue("w").id);
  look_now(node.supervisor);
  CHECK(node.runs == before);
  for (const auto id : ids)
    CHECK(state_of(other, id) == JobState::available);
  const auto begin = SteadyClock::now();
  other.resume_queue("default");
  CHECK(eventually([&] { return node.runs == before + 10; }));
  CHECK(SteadyClock::now() - begin < 5s); // long before it looks by itself
}

TEST_CASE("a cancel on another node stops a running job at once", "[pg][watch]") {
  zzz_jobs::tests::PgTables tables;
  Node node{quiet_store(tables.target()), patient()};
  Patient worker;
  worker.register_at(node.supervisor);
  node.settle();
  PgStore other{quiet_store(tables.target())};
  CHECK(once_within(1s, [&] { // the check of what runs comes every 5 s
    const auto id = node.supervisor.enqueue("patient").id;
    REQUIRE(eventually([&] { return worker.running == 1; }));
    REQUIRE(other.cancel(id).result == ChangeResult::changed);
    REQUIRE(eventually([&] { return worker.running == 0; }));
    CHECK(worker.reasons().back() == StopReason::lost_claim);
    CHECK(other.get(id)->state == JobState::cancelled);
    return true;
  }));
  CHECK(once_within(1s, [&] { // so does a job that takes its place
    node.supervisor.enqueue("patient", "", {.unique_key = "k"});
    REQUIRE(eventually([&] { return worker.running == 1; }));
    other.enqueue(
      "patient", "",
      {.queue = "nowhere", .unique_key = "k", .unique_strategy = UniqueStrategy::cancel_existing});
    return eventually([&] { return worker.running == 0; });
  }));
}

TEST_CASE("jobs run while nothing can be heard, and the watch comes back by itself",
          "[pg][watch]") {
  SqlConnection superuser{SharedPostgres::get().url()};
  FreshRole role;
  superuser.run("CREATE SCHEMA " + role.name() + " AUTHORIZATION " + role.name());
  {
    Log log;
    const pg::Target target{role.url(), role.name()};
    auto polling = patient();
    polling.poll_interval = 20ms;
    Node node{quiet_store(target, &log), polling};
    node.settle();
    superuser.run("ALTER ROLE " + role.name() + " CONNECTION LIMIT 0");
    REQUIRE(superuser.value("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE "
                            "application_name LIKE 'zzz_jobs watch %' AND usename = '"
                            + role.name() + "'")
            == "1");
    REQUIRE(eventually([&] { return log.has("store_watch_lost"); }));
    CHECK(node.runs_another([&] { node.supervisor.enqueue("w"); }));
    CHECK(node.runs_another(
      [&] { superuser.run("INSERT INTO " + role.name() + ".zzz_jobs (worker) VALUES ('w')"); }));
    CHECK_FALSE(log.has("store_watch_recovered"));
    superuser.run("ALTER ROLE " + role.name() + " CONNECTION LIMIT -1");
    REQUIRE(eventually([&] { return log.has("store_watch_recovered"); }));
    node.settle();
    PgStore other{quiet_store({SharedPostgres::get().url(), role.name()})};
    CHECK(once_within(300ms, [&] { return node.runs_another([&] { other.enqueue("w", ""); }); }));
  }
  superuser.run("DROP SCHEMA " + role.name() + " CASCADE");
}

TEST_CASE("a node whose watch is without a connection keeps its lease and what it runs",
          "[pg][watch]") {
  const auto polls = GENERATE(true, false);
  CAPTURE(polls);
  SqlConnection superuser{SharedPostgres::get().url()};
  FreshRole role;
  superuser.run("CREATE SCHEMA " + role.name() + " AUTHORIZATION " + role.name());
  {
    Log log;
    auto config = quiet_store({role.url(), role.name()}, &log);
    config.lease = 5s;
    auto calm = patient();
    if (polls)
      calm.poll_interval = 20ms;
    Node node{config, calm};
    Patient worker;
    worker.register_at(node.supervisor);
    node.settle();
    const auto id = node.supervisor.enqueue("patient").id;
    REQUIRE(eventually([&] { return worker.running == 1; }));
    PgSupervisor other{quiet_store({SharedPostgres::get().url(), role.name()}),
                       patient(1, "elsewhere")};
    other.start(); // rescues what the dead have left
    const auto beat = [&] {
      return std::stoll("0"
                        + superuser.value("SELECT coalesce(sum(beat), 0) FROM " + role.name()
                                          + ".zzz_jobs_nodes WHERE id = "
                                          + std::to_string(node.supervisor.store().node_id())));
    };
    superuser.run("ALTER ROLE " + role.name() + " CONNECTION LIMIT 0");
    superuser.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                  "application_name LIKE 'zzz_jobs watch %' AND usename = '"
                  + role.name() + "'");
    REQUIRE(eventually([&] { return log.has("store_watch_lost"); }));
    const auto begin = beat();
    CHECK(eventually([&] { return beat() > begin + 6500; })); // longer than the lease
    CHECK_FALSE(log.has("store_watch_recovered"));
    CHECK(node.supervisor.get(id)->attempt == 1);
    CHECK(worker.reasons().empty());
    if (polls)
      CHECK(node.runs_another([&] { node.supervisor.enqueue("w"); }));
    worker.ended = true;
    CHECK(comes_to(node.supervisor, id, JobState::completed));
    CHECK_FALSE(log.has("lease_lost"));
    superuser.run("ALTER ROLE " + role.name() + " CONNECTION LIMIT -1");
  }
  superuser.run("DROP SCHEMA " + role.name() + " CASCADE");
}

TEST_CASE("a node that was given up for dead goes on as a new one", "[pg][watch]") {
  zzz_jobs::tests::PgTables tables;
  Log log;
  auto config = quiet_store(tables.target(), &log);
  config.lease = 1s;
  config.look_interval = 200ms;
  Node node{config, patient()};
  Patient worker;
  worker.register_at(node.supervisor);
  node.settle();
  const auto id = node.supervisor.enqueue("patient", "", {.max_attempts = 5}).id;
  REQUIRE(eventually([&] { return worker.running == 1; }));
  const auto before = node.supervisor.store().node_id();
  auto database = tables.connect();
  // As another node does that has seen the lease run out.
  database.run("BEGIN; UPDATE zzz_jobs SET state = 0, node = NULL WHERE state = 1; "
               "DELETE FROM zzz_jobs_nodes; COMMIT");
  REQUIRE(eventually([&] { return log.has("lease_lost"); }));
  CHECK(node.supervisor.store().node_id() != before);
  CHECK(log.has("goes on as node " + std::to_string(node.supervisor.store().node_id())));
  REQUIRE(eventually([&] { return !worker.reasons().empty(); }, 4s));
  CHECK(worker.reasons().front() == StopReason::lost_claim);
  // It runs here again, for the new node.
  REQUIRE(eventually([&] {
    const auto job = node.supervisor.get(id);
    return job->attempt == 2 && job->node == node.supervisor.store().node_id();
  }));
  worker.ended = true;
  CHECK(comes_to(node.supervisor, id, JobState::completed));
  CHECK(node.runs_another([&] { node.supervisor.enqueue("w"); }));
}

TEST_CASE("what a node ran whose row was deleted by hand runs again", "[pg][watch]") {
  zzz_jobs::tests::PgTables tables;
  auto config = quiet_store(tables.target());
  config.lease = 1s;
  auto rescuing = patient();
  rescuing.rescue_interval = 60s; // nobody waits for it
  Node node{config, rescuing};
  Patient worker;
  worker.register_at(node.supervisor);
  node.settle();
  const auto id = node.supervisor.enqueue("patient", "", {.max_attempts = 5}).id;
  REQUIRE(eventually([&] { return worker.running == 1; }));
  tables.connect().run("DELETE FROM zzz_jobs_nodes");
  CHECK(eventually([&] { return !worker.reasons().empty(); }, 4s)); // the check comes every 5 s
  REQUIRE(eventually([&] { return !worker.reasons().empty(); }));
  CHECK(worker.reasons().front() == StopReason::lost_claim);
  CHECK(eventually([&] { return node.supervisor.get(id)->attempt == 2; }));
  worker.ended = true;
  CHECK(comes_to(node.supervisor, id, JobState::completed));
}
