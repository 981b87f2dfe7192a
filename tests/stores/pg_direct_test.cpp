// Direct start: new jobs of an idle queue are inserted already executing.
#include "stores/pg_stores.hpp"

#include <atomic>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

namespace {

/// A store whose signals are heard, which looks for itself only at its beginning,
/// and knows that "mail" is empty.
struct Idle {
  Idle() {
    store.on_signal([this](StoreSignal signal) {
      if (signal == StoreSignal::jobs)
        ++signals;
    });
    REQUIRE(support::eventually([&] {                // once it watches
      const auto result = put({job_of("first")}, 2); // one slot more than there are jobs
      Batch end;
      for (const auto& job : result.claimed.at(0))
        end.outcomes.push_back({.claim = job.claim()});
      (void)apply(store, end);
      (void)claim(store, 1); // none: so it knows that the queue is empty
      return result.enqueued.at(0).state == JobState::executing;
    }));
    database.run("DELETE FROM zzz_jobs");
  }

  BatchResult put(std::vector<NewJob> jobs, std::uint32_t slots) {
    auto batch = enqueues_of(std::move(jobs));
    batch.claims.push_back({"mail", slots, 0});
    return apply(store, batch);
  }
  [[nodiscard]] static PgStore::Config config_of(const pg::Target& target) {
    auto config = quick_store(target);
    config.look_interval = 60s;
    return config;
  }

  PgTables tables{};
  std::atomic<int> signals{0};
  PgStore store{config_of(tables.target())};
  support::SqlConnection database{tables.connect()};
};

std::vector<std::string> args_of(const std::vector<Job>& jobs) {
  std::vector<std::string> args;
  for (const auto& job : jobs)
    args.push_back(job.args);
  return args;
}

using Args = std::vector<std::string>;

} // namespace

TEST_CASE("a job for an idle queue is inserted executing in one turn", "[pg][direct]") {
  Idle idle;
  idle.database.run(
    "CREATE TABLE seen (state int, attempt int, node bigint, attempted_at bigint);"
    "CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS 'BEGIN "
    "INSERT INTO seen "
    "SELECT NEW.state, NEW.attempt, NEW.node, NEW.attempted_at; RETURN NULL; END';"
    "CREATE TRIGGER see AFTER INSERT ON zzz_jobs FOR EACH ROW EXECUTE FUNCTION see()");
  const auto result = idle.put({job_of("a", {.priority = 5}), job_of("b", {.priority = -5})}, 3);
  CHECK(result.enqueued.at(0).state == JobState::executing);
  CHECK(args_of(result.claimed.at(0)) == Args{"b", "a"}); // by priority, as a claim would
  const auto& job = result.claimed[0][0];
  CHECK(job.id == result.enqueued.at(1).id);
  CHECK(job.attempt == 1);
  CHECK(job.node == idle.store.node_id());
  CHECK(idle.database.rows("SELECT * FROM seen")
        == std::vector(
          2,
          std::vector<std::string>{"1", "1", std::to_string(idle.store.node_id()),
                                   std::to_string(job.attempted_at->time_since_epoch().count())}));
  CHECK(idle.database.value("SELECT count(*) FROM zzz_jobs WHERE state = 1 AND attempt = 1")
        == "2");
  CHECK(idle.store.open_claims("mail").size() == 2);
  Batch outcome;
  outcome.outcomes.push_back({.claim = job.claim()});
  CHECK(apply(idle.store, outcome).outcomes == std::vector{OutcomeResult::applied});
}

TEST_CASE("more jobs than slots are claimed by priority as usual", "[pg][direct]") {
  Idle idle;
  const auto result =
    idle.put({job_of("a", {.priority = 1}), job_of("b"), job_of("c", {.priority = -1})}, 2);
  CHECK(args_of(result.claimed.at(0)) == Args{"c", "b"});
  const auto next = idle.put({job_of("d")}, 5); // what is left comes with it
  CHECK(next.enqueued.at(0).state == JobState::available);
  CHECK(args_of(next.claimed.at(0)) == Args{"d", "a"});
}

TEST_CASE("a job that another program has put in unnoticed comes first", "[pg][direct]") {
  Idle idle;
  idle.database.run("INSERT INTO zzz_jobs (queue, worker, args) VALUES ('mail', 'w', 'foreign')");
  const int before = idle.signals;
  const auto result = idle.put({job_of("own")}, 2);
  CHECK(result.enqueued.at(0).state == JobState::available);
  CHECK(result.claimed.at(0).empty());
  CHECK(idle.signals > before); // says that there is something to claim
  CHECK(args_of(claim(idle.store, 2)) == Args{"foreign", "own"});
}

TEST_CASE("a job that became due in another program's table keeps its place", "[pg][direct]") {
  Idle idle;
  idle.database.run("INSERT INTO zzz_jobs (queue, worker, args, scheduled_at) "
                    "VALUES ('mail', 'w', 'foreign', 1)");
  CHECK(idle.put({job_of("own")}, 2).claimed.at(0).empty());
  CHECK(args_of(claim(idle.store, 2)) == Args{"foreign", "own"});
}

TEST_CASE("nothing starts in a queue that was paused unnoticed", "[pg][direct]") {
  Idle idle;
  idle.database.run("INSERT INTO zzz_jobs_queues (name, paused) VALUES ('mail', true)");
  CHECK(idle.put({job_of("own")}, 2).claimed.at(0).empty());
  CHECK(claim(idle.store, 2).empty());
  idle.store.resume_queue("mail");
  CHECK(args_of(claim(idle.store, 2)) == Args{"own"});
}

TEST_CASE("nothing starts on a node that was given up unnoticed", "[pg][direct]") {
  Idle idle;
  idle.database.run("DELETE FROM zzz_jobs_nodes");
  CHECK(idle.put({job_of("own")}, 2).claimed.at(0).empty());
  CHECK(claim(idle.store, 2).empty());
  CHECK(idle.database.value("SELECT state FROM zzz_jobs") == "0");
}

TEST_CASE("what is scheduled, keyed or not wanted here does not start directly", "[pg][direct]") {
  Idle idle;
  SECTION("scheduled") {
    const auto result = idle.put({job_of("later", {.delay = 1h})}, 2);
    CHECK(result.enqueued.at(0).state == JobState::scheduled);
    CHECK(result.claimed.at(0).empty());
  }
  SECTION("keyed") { // claimed like any other
    const auto result = idle.put({job_of("keyed", {.unique_key = "k"})}, 2);
    CHECK(result.enqueued.at(0).state == JobState::available);
    CHECK(args_of(result.claimed.at(0)) == Args{"keyed"});
  }
  SECTION("of a worker that is not known here") {
    auto batch = enqueues_of({job_of("strange")});
    batch.claims.push_back({"mail", 2, 0});
    batch.claims[0].known_workers =
      std::make_shared<const std::unordered_set<std::string>>(std::unordered_set<std::string>{"w"});
    const auto result = apply(idle.store, batch);
    CHECK(result.enqueued.at(0).state == JobState::available);
    CHECK(result.claimed.at(0).empty());
  }
  SECTION("for a claim that leaves them to others") {
    auto batch = enqueues_of({job_of("shared")});
    batch.claims.push_back({.queue = "mail", .slots = 2, .direct = false});
    CHECK(apply(idle.store, batch).enqueued.at(0).state == JobState::available);
  }
  SECTION("of another queue") {
    auto job = job_of("other");
    job.queue = "bulk";
    CHECK(idle.put({job}, 2).claimed.at(0).empty());
  }
}

TEST_CASE("a store whose signals nobody hears starts nothing directly", "[pg][direct]") {
  Idle idle;
  idle.store.on_signal({});
  const auto result = idle.put({job_of("a")}, 2);
  CHECK(result.enqueued.at(0).state == JobState::available);
  CHECK(args_of(result.claimed.at(0)) == Args{"a"});
}

TEST_CASE("a last attempt that was not claimed ahead is found by the next claim",
          "[pg][direct][claims]") {
  Idle idle;
  (void)apply(idle.store, enqueues_of({job_of("a"), job_of("once", {.max_attempts = 1})}));
  Batch ahead;
  ahead.claims.push_back({"mail", 0, 10});
  CHECK(args_of(apply(idle.store, ahead).claimed.at(0)) == Args{"a"});
  CHECK(apply(idle.store, ahead).claimed.at(0).empty());
  CHECK(args_of(claim(idle.store, 1)) == Args{"once"});
}
