#include "stores/sqlite_file.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::tests;

namespace {

std::string seconds_of(UnixTime time) {
  return std::to_string(time.time_since_epoch().count());
}

} // namespace

TEST_CASE("a row inserted with the published columns only is worked", "[sqlite][foreign]") {
  const SqliteFile file;
  auto store = file.open();
  OtherProgram other{file.path()};
  CHECK(claim(store, 1).empty());
  other.run("INSERT INTO zzz_jobs (queue, worker, args) VALUES ('default', 'mailer', 'text')");
  const auto jobs = claim(store, 5);
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].worker == "mailer");
  CHECK(jobs[0].args == "text");
  CHECK(jobs[0].timeout == 300s);
  CHECK(jobs[0].max_attempts == 20);
  CHECK(jobs[0].inserted_at == UnixTime{});
  CHECK(end(store, {.claim = jobs[0].claim(), .result = "done"}) == OutcomeResult::applied);
  CHECK(other.run("SELECT state || ' ' || result || ' ' || completed_at FROM zzz_jobs")
        == "2 done " + seconds_of(file.clock->now()));
}

TEST_CASE("another program claims and finishes beside the store", "[sqlite][foreign]") {
  const SqliteFile file;
  auto store = file.open();
  OtherProgram other{file.path()};
  const auto id = store.enqueue("mailer", "{}").id;
  other.run("UPDATE zzz_jobs SET state = 1, attempt = attempt + 1, attempted_at = "
            + seconds_of(store.now()) + " WHERE state = 0");
  CHECK(claim(store, 1).empty());
  CHECK(store.open_claims("default").empty());
  CHECK(store.rescue_dead_owners().empty());
  CHECK(store.rescue_stuck(300s) == 0);
  other.run("UPDATE zzz_jobs SET state = 2, completed_at = 1 WHERE id = " + std::to_string(id));
  CHECK(store.get(id)->state == JobState::completed);
  CHECK(end(store, {.claim = {id, 1}}) == OutcomeResult::refused);
}

TEST_CASE("an execution that another program left is rescued by its age", "[sqlite][foreign]") {
  const SqliteFile file;
  auto store = file.open();
  OtherProgram other{file.path()};
  other.run(
    "INSERT INTO zzz_jobs (worker, state, attempt, attempted_at) VALUES ('old', 1, 1, 100), "
    "('timeless', 1, 1, NULL), ('new', 1, 1, "
    + seconds_of(store.now()) + "), ('last', 1, 20, 100)");
  CHECK(store.rescue_stuck(300s) == 3);
  CHECK(store.get(1)->state == JobState::available);
  CHECK(store.get(2)->state == JobState::available);
  CHECK(store.get(3)->state == JobState::executing);
  CHECK(store.get(4)->state == JobState::discarded);
}

TEST_CASE("an available row with a time in the future waits for it", "[sqlite][foreign]") {
  const SqliteFile file;
  auto store = file.open();
  const auto later = store.now() + 60s;
  OtherProgram{file.path()}.run("INSERT INTO zzz_jobs (worker, scheduled_at) VALUES ('later', "
                                + seconds_of(later) + "), ('now', 0)");
  Batch batch;
  batch.claims.push_back({"default", 5, 0});
  const auto result = store.apply(batch);
  REQUIRE(result.claimed.at(0).size() == 1);
  CHECK(result.claimed[0][0].worker == "now");
  CHECK(result.next_due == later);
  file.clock->advance(60s);
  CHECK(claim(store, 5).size() == 1);
}

TEST_CASE("thousands of available rows with a time in the future are put aside and not lost",
          "[sqlite][foreign]") {
  const SqliteFile file;
  auto store = file.open();
  OtherProgram other{file.path()};
  other.run("WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
            "INSERT INTO zzz_jobs (worker, priority, scheduled_at) SELECT 'later', -1, "
            + seconds_of(store.now() + 60s)
            + " FROM n; INSERT INTO zzz_jobs (worker) VALUES ('now')");
  CHECK(claim(store, 1).size() == 1);
  CHECK(other.run("SELECT count(*) FROM zzz_jobs WHERE state = 0") == "0");
  CHECK(claim(store, 4000).empty());
  file.clock->advance(60s);
  CHECK(claim(store, 4000).size() == 3000);
}

TEST_CASE("a row that another program made wait is found within a second of its time",
          "[sqlite][foreign]") {
  const SqliteFile file;
  auto store = file.open();
  OtherProgram other{file.path()};
  CHECK(claim(store, 1).empty());
  const auto at = seconds_of(store.now() + 1s);
  other.run("INSERT INTO zzz_jobs (worker, state, scheduled_at) VALUES ('a', 3, " + at
            + "), ('b', 6, " + at + ")");
  CHECK(claim(store, 5).empty());
  file.clock->advance(1s);
  CHECK(claim(store, 5).size() == 2);
}

TEST_CASE("NUL bytes, blobs, numbers and nonsense in foreign rows are carried, not fatal",
          "[sqlite][foreign]") {
  const SqliteFile file;
  auto store = file.open();
  OtherProgram other{file.path()};
  other.run("INSERT INTO zzz_jobs (worker, args, errors, unique_key, priority, attempt, "
            "max_attempts, scheduled_at, inserted_at) VALUES "
            "('nul', CAST(x'610062' AS TEXT), NULL, NULL, 0, 0, 20, 0, 0), "
            "('blob', x'ff00fe', x'00', x'0102', 1, 0, 20, 0, 0), "
            "('number', 4711, 1.5, 12, 2, 0, 20, 0, 0), "
            "('utf8', CAST(x'c328ff' AS TEXT), '{', 'k', 3, 0, 20, 0, 0), "
            "('huge', '', '', '', 99999999999, 0, 99999999999, -5, 9999999999999), "
            "('text', '', '', 'l', 'abc', 'abc', 'abc', 'abc', 'abc'), "
            "(x'01', '', NULL, NULL, 100000000000, 0, 20, 0, 0)");
  other.run("INSERT INTO zzz_jobs (queue, worker, state) VALUES (x'00ff', 'blob queue', 0), "
            "('default', 'no state', 77), ('default', 'text state', 'x')");
  const auto listed = store.list({}, {});
  CHECK(listed.size() == 8); // states that no version knows are no jobs
  CHECK_FALSE(store.get(9));
  const auto counts = store.counts();
  CHECK(counts.size() == 2);
  const auto jobs = claim(store, 20);
  REQUIRE(jobs.size() >= 5);
  CHECK(jobs[0].args == std::string{"a\0b", 3});
  CHECK(jobs[1].args == std::string{"\xff\0\xfe", 3});
  CHECK(jobs[1].unique_key == "\x01\x02");
  CHECK(jobs[2].args == "4711");
  CHECK(jobs[3].args == "\xc3\x28\xff");
  for (const auto& job : jobs)
    CHECK(end(store, {.claim = job.claim(), .kind = OutcomeKind::fail, .error = "no"})
          == OutcomeResult::applied);
  CHECK(contains(store.get(jobs[3].id)->errors, "no"));
  CHECK(store.rescue_stuck(0s) == 0);
}

TEST_CASE("a live key of ours is kept from a foreign insert, and freed at the end",
          "[sqlite][foreign]") {
  const SqliteFile file;
  auto store = file.open();
  OtherProgram other{file.path()};
  const auto job = store.enqueue("mailer", "{}", {.unique_key = "k"});
  const std::string insert = "INSERT INTO zzz_jobs (worker, unique_key) VALUES ('x', 'k')";
  CHECK(other.try_run(insert) == SQLITE_CONSTRAINT_UNIQUE);
  CHECK(store.enqueue("mailer", "{}", {.unique_key = "k"}).id == job.id);
  REQUIRE(claim(store, 1).size() == 1);
  CHECK(other.try_run(insert) == SQLITE_CONSTRAINT_UNIQUE);
  store.complete(job.id);
  CHECK(other.try_run(insert) == SQLITE_OK);
  CHECK(store.enqueue("mailer", "{}", {.unique_key = "k"}).conflict);
  CHECK(store.retry(job.id).result == ChangeResult::key_taken);
}

TEST_CASE("a call waits while another program writes, and gives up in time", "[sqlite][foreign]") {
  const SqliteFile file;
  auto config = file.config();
  config.busy_timeout = 30ms;
  SqliteStore store{config};
  OtherProgram other{file.path()};
  other.run("BEGIN IMMEDIATE; INSERT INTO zzz_jobs (worker) VALUES ('theirs')");
  CHECK(claim(store, 1).empty()); // asking needs no lock
  const auto error = error_of([&] { store.enqueue("mailer", "{}"); });
  CHECK(error.code() == errc::unavailable);
  CHECK(contains(error.what(), "locked"));
  other.run("COMMIT");
  CHECK(store.enqueue("mailer", "{}").id == 2);
  CHECK(claim(store, 5).size() == 2);
}

TEST_CASE("a pause written by another program holds", "[sqlite][foreign]") {
  const SqliteFile file;
  auto store = file.open();
  store.enqueue("mailer", "{}");
  CHECK_FALSE(store.is_paused("default"));
  OtherProgram{file.path()}.run("INSERT INTO zzz_jobs_queues (name, paused) VALUES ('default', 1)");
  CHECK(claim(store, 1).empty());
  CHECK(store.is_paused("default"));
}
