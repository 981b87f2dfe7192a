// Outcomes that the application's own triggers refuse.
#include "actors/pg_nodes.hpp"

#include <atomic>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

namespace {

/// No job with the args "bad" comes to one of these states.
struct Guarded {
  explicit Guarded(const std::string& when, const std::string& states = "2") {
    database.run("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                 "'BEGIN RAISE EXCEPTION ''it stays''; END'; CREATE CONSTRAINT TRIGGER refuse "
                 "AFTER UPDATE ON zzz_jobs DEFERRABLE INITIALLY "
                 + when + " FOR EACH ROW WHEN (NEW.args = 'bad' AND NEW.state IN (" + states
                 + ")) EXECUTE FUNCTION refuse()");
    supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  }
  [[nodiscard]] SupervisorConfig config() {
    auto config = quick();
    config.log = log.sink();
    config.store_timeout = 2s;
    return config;
  }
  /// As its own counter says, which asks no store.
  [[nodiscard]] bool reaches(std::uint64_t completed) {
    return eventually([&] { return supervisor.stats().completed >= completed; });
  }
  [[nodiscard]] bool completed(std::int64_t count) {
    return eventually(
      [&] { return supervisor.count_by_state("default", JobState::completed) >= count; });
  }

  zzz_jobs::tests::PgTables tables{};
  Log log{};
  PgSupervisor supervisor{quiet_store(tables.target()), config()};
  SqlConnection database{tables.connect()};
};

} // namespace

TEST_CASE("an outcome that a trigger refuses stops no other, and its job is given up",
          "[pg][refused]") {
  Guarded guarded{GENERATE(as<std::string>{}, "IMMEDIATE", "DEFERRED")};
  std::vector<JobRequest> jobs(100, JobRequest{"w", "good", {}});
  jobs[50] = {"w", "bad", {.max_attempts = 1}};
  const auto bad = guarded.supervisor.enqueue_many(jobs).at(50).id;
  guarded.supervisor.start();
  REQUIRE(guarded.completed(99));
  REQUIRE(eventually([&] { return guarded.log.has("outcome_not_recorded"); }));
  CHECK(guarded.log.has("outcome_not_recorded queue=default job=" + std::to_string(bad)
                        + " attempt=1"));
  CHECK(guarded.log.has("it stays"));
  // Found by the next check of what runs here.
  REQUIRE(comes_to(guarded.supervisor, bad, JobState::discarded));
  CHECK_THAT(guarded.supervisor.get(bad)->errors, has("nobody answers for it"));
  CHECK(guarded.completed(99));
}

TEST_CASE("a rescue that a trigger refuses is told with its queue", "[pg][refused]") {
  Guarded guarded{"IMMEDIATE", "2, 4"};
  const auto bad = guarded.supervisor.enqueue("w", "bad", {.max_attempts = 1}).id;
  guarded.supervisor.start();
  const auto line = "outcome_not_recorded queue=default job=" + std::to_string(bad) + " attempt=1";
  CHECK(eventually([&] { return guarded.log.count(line) >= 2; })); // completion, then rescue
  CHECK_FALSE(guarded.log.has("queue= "));
}

TEST_CASE("an outcome that a trigger refuses does not stop a node that is being given work",
          "[pg][refused]") {
  Guarded guarded{GENERATE(as<std::string>{}, "IMMEDIATE", "DEFERRED")};
  guarded.supervisor.start();
  const auto bad = guarded.supervisor.enqueue("w", "bad", {.max_attempts = 1}).id;
  std::atomic<bool> done{false};
  std::atomic<int> enqueued{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      while (!done)
        try {
          guarded.supervisor.enqueue("w", "good");
          ++enqueued;
        } catch (const Error&) {
          ++failed;
        }
    });
  const bool recorded = guarded.reaches(500);
  done = true;
  for (auto& thread : threads)
    thread.join();
  CHECK(recorded);
  CHECK(failed == 0);
  CHECK(guarded.completed(enqueued));
  CHECK(comes_to(guarded.supervisor, bad, JobState::discarded));
}

TEST_CASE("a rescue that a trigger refuses stops no other", "[pg][refused]") {
  PgTables tables;
  Log log;
  PgStore store{quiet_store(tables.target(), &log)};
  auto database = tables.connect();
  database.run(
    "INSERT INTO zzz_jobs (worker, args, state, attempt, attempted_at, node) "
    "SELECT 'w', CASE i WHEN 3 THEN 'bad' ELSE 'good' END, 1, 1, 1, 999 FROM generate_series(1, 7) "
    "i;"
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RAISE EXCEPTION ''it stays''; END'; CREATE TRIGGER refuse BEFORE UPDATE ON zzz_jobs "
    "FOR EACH ROW WHEN (NEW.args = 'bad' AND NEW.state = 0) EXECUTE FUNCTION refuse()");
  CHECK(store.rescue_dead_owners().size() == 6);
  CHECK(log.has("rescue_refused job=3 error=\""));
  CHECK(log.has("it stays"));
  CHECK(store.rescue_dead_owners().empty()); // and this ends
  database.run("DROP TRIGGER refuse ON zzz_jobs");
  CHECK(store.rescue_dead_owners().size() == 1);
}

TEST_CASE("a rescue that a trigger leaves out ends all the same", "[pg][refused]") {
  PgTables tables;
  PgStore store{quiet_store(tables.target())};
  tables.connect().run(
    "INSERT INTO zzz_jobs (worker, state, attempt, attempted_at, node) VALUES ('w', 1, 1, 1, 999);"
    "CREATE FUNCTION suppress() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
    "CREATE TRIGGER suppress BEFORE UPDATE ON zzz_jobs FOR EACH ROW EXECUTE FUNCTION suppress()");
  CHECK(store.rescue_dead_owners().empty());
  CHECK(store.rescue_stuck(0s) == 0);
}
