// Transactions that wait for each other, or that the server cannot put in an order.
#include "stores/pg_stores.hpp"

#include <future>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;

namespace {

/// Two stores in a database of their own, where deadlocks are found quickly.
struct Meeting {
  Meeting() {
    // Whoever inserts "meet" waits there until the test lets all go.
    database.run("CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS "
                 "'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END';"
                 "CREATE TRIGGER meet BEFORE INSERT ON zzz_jobs FOR EACH ROW "
                 "WHEN (NEW.args = 'meet') EXECUTE FUNCTION meet();"
                 "SELECT pg_advisory_lock(1)");
  }
  [[nodiscard]] bool are_waiting(int count) {
    return support::eventually([&] {
      return database.value("SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database "
                            "WHERE locktype = 'advisory' AND NOT granted AND objid = 1 "
                            "AND datname = current_database()")
        == std::to_string(count);
    });
  }
  void let_go() { database.run("SELECT pg_advisory_unlock(1)"); }
  /// Each store has made one turn: whoever was the victim tried a second time.
  [[nodiscard]] bool had_victim() {
    return database.value("SELECT max(turn) > 1 FROM zzz_jobs_turns") == "t";
  }

  support::FreshDatabase fresh{};
  PgStore::Config config = quick_store({fresh.url() + "?options=-cdeadlock_timeout%3D50ms"});
  PgStore one{config};
  PgStore other{config};
  support::SqlConnection database{fresh.url()};
};

std::future<BatchResult> apply_aside(PgStore& store, std::vector<NewJob> jobs) {
  return std::async(std::launch::async,
                    [&store, jobs = std::move(jobs)] { return apply(store, enqueues_of(jobs)); });
}

} // namespace

TEST_CASE("two stores that enqueue the same keys in opposite order are both done",
          "[pg][turns][deadlock]") {
  const auto strategy = GENERATE(UniqueStrategy::ignore_new, UniqueStrategy::cancel_existing);
  CAPTURE(static_cast<int>(strategy));
  Meeting meeting;
  const auto keyed = [&](const std::string& args, const std::string& key) {
    return job_of(args, {.unique_key = key, .unique_strategy = strategy});
  };
  auto first = apply_aside(meeting.one, {keyed("1a", "a"), keyed("meet", "m1"), keyed("1b", "b")});
  auto second =
    apply_aside(meeting.other, {keyed("2b", "b"), keyed("meet", "m2"), keyed("2a", "a")});
  REQUIRE(meeting.are_waiting(2));
  meeting.let_go();
  const auto answers = {first.get(), second.get()};
  CHECK(meeting.had_victim());
  for (const auto& answer : answers) {
    REQUIRE(answer.enqueued.size() == 3);
    for (const auto& done : answer.enqueued) {
      CHECK(done.failed == errc{});
      CHECK(done.id > 0);
    }
  }
  CHECK(meeting.database.rows("SELECT unique_key FROM zzz_jobs WHERE state = 0 ORDER BY 1")
        == std::vector<std::vector<std::string>>{{"a"}, {"b"}, {"m1"}, {"m2"}});
  const bool replaces = strategy == UniqueStrategy::cancel_existing;
  CHECK(meeting.database.value("SELECT count(*) FROM zzz_jobs") == (replaces ? "6" : "4"));
  CHECK(meeting.database.value("SELECT count(*) FROM zzz_jobs WHERE state = 5")
        == (replaces ? "2" : "0"));
}

TEST_CASE("many stores that enqueue the same keys in any order agree on one job a key",
          "[pg][turns][deadlock]") {
  Meeting meeting;
  meeting.let_go();
  constexpr int keys = 40;
  constexpr int rounds = 10;
  const auto rows = [&](int round, bool backwards) {
    std::vector<NewJob> jobs;
    for (int i = 0; i < keys; ++i)
      jobs.push_back(job_of("x",
                            {.unique_key = std::to_string(round) + "-"
                               + std::to_string(backwards ? keys - 1 - i : i)}));
    return jobs;
  };
  int inserted = 0;
  for (int round = 0; round < rounds; ++round) {
    auto first = apply_aside(meeting.one, rows(round, false));
    auto second = apply_aside(meeting.other, rows(round, true));
    const auto forwards = first.get().enqueued;
    const auto backwards = second.get().enqueued;
    for (std::size_t i = 0; i < keys; ++i) {
      const auto& a = forwards[i];
      const auto& b = backwards[keys - 1 - i];
      REQUIRE(a.id == b.id);
      REQUIRE(a.conflict != b.conflict);
      inserted += 1;
    }
  }
  CHECK(meeting.database.value("SELECT count(*) FROM zzz_jobs") == std::to_string(inserted));
}

TEST_CASE("a turn that cannot be serialised is made again, and fails where that goes on",
          "[pg][turns][deadlock]") {
  const PgTables tables;
  PgStore store{quick_store(tables.target())};
  auto database = tables.connect();
  const auto enqueued = apply(store, enqueues_of({job_of("a"), job_of("b")})).enqueued;
  const auto jobs = claim(store, 2);
  REQUIRE(jobs.size() == 2);
  const bool at_commit = GENERATE(false, true);
  CAPTURE(at_commit);
  // Refuses so many turns; a sequence counts on though its transaction ends.
  database.run("CREATE SEQUENCE tries; CREATE TABLE refused AS SELECT 2 AS turns;"
               "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql "
               "SET search_path FROM CURRENT AS 'BEGIN "
               "IF nextval(''tries'') <= (SELECT turns FROM refused) THEN "
               "RAISE serialization_failure; END IF; RETURN NULL; END'; CREATE CONSTRAINT TRIGGER "
               "refuse AFTER UPDATE ON zzz_jobs "
               + std::string{at_commit ? "INITIALLY DEFERRED " : ""}
               + "FOR EACH ROW WHEN (NEW.state = 2) EXECUTE FUNCTION refuse()");
  const auto complete = [&](const Job& job) {
    Batch batch;
    batch.outcomes.push_back({.claim = job.claim(), .kind = OutcomeKind::complete});
    batch.enqueues.push_back(job_of("more"));
    return apply(store, std::move(batch));
  };
  const auto answer = complete(jobs[0]);
  CHECK(answer.outcomes == std::vector{OutcomeResult::applied});
  CHECK(database.value("SELECT last_value FROM tries") == "3");
  CHECK(database.value("SELECT count(*) FROM zzz_jobs") == "3");

  database.run("UPDATE refused SET turns = 1000");
  CHECK(error_of([&] { (void)complete(jobs[1]); }).code() == errc::unavailable);
  CHECK(database.value("SELECT count(*) FROM zzz_jobs") == "3");
  database.run("UPDATE refused SET turns = 0");
  CHECK(complete(jobs[1]).outcomes == std::vector{OutcomeResult::applied});
  CHECK(database.value("SELECT count(*) FROM zzz_jobs WHERE state = 2") == "2");
}
