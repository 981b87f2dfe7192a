#include "stores/sqlite_file.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::tests;

TEST_CASE("a new file has the published columns first, with their defaults",
          "[sqlite][migrations]") {
  const SqliteFile file;
  static_cast<void>(file.open());
  OtherProgram other{file.path()};
  CHECK(other.run("SELECT group_concat(name || ' ' || type || ' ' || \"notnull\" || ' ' || "
                  "coalesce(dflt_value, '-'), ', ') FROM pragma_table_info('zzz_jobs') "
                  "WHERE cid < 14")
        == "id INTEGER 0 -, state INTEGER 1 0, queue TEXT 1 'default', worker TEXT 1 -, "
           "args TEXT 1 '', priority INTEGER 1 0, attempt INTEGER 1 0, max_attempts INTEGER 1 20, "
           "scheduled_at BIGINT 1 0, attempted_at BIGINT 0 -, completed_at BIGINT 0 -, "
           "inserted_at BIGINT 1 0, errors TEXT 0 -, unique_key TEXT 0 -");
  CHECK(other.run("SELECT group_concat(name || ' ' || type || ' ' || coalesce(dflt_value, '-'), "
                  "', ') FROM pragma_table_info('zzz_jobs') WHERE cid >= 14")
        == "node BIGINT -, free_attempts INTEGER 0, timeout_s INTEGER 300, result TEXT -, "
           "progress INTEGER -, progress_note TEXT -");
  CHECK(other.run("SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema "
                  "WHERE name LIKE 'idx_zzz%' ORDER BY name)")
        == "idx_zzz_jobs_available idx_zzz_jobs_claim idx_zzz_jobs_due idx_zzz_jobs_unique");
  CHECK(other.run("SELECT group_concat(version || ' ' || name, ', ') FROM zzz_jobs_migrations")
        == "1 0001_create_jobs, 2 0002_own_columns, 3 0003_nodes_queues_cron, 4 0004_indexes, "
           "5 0005_cron_paused");
  CHECK(other.run("SELECT DISTINCT applied_at FROM zzz_jobs_migrations")
        == std::to_string(file.clock->now().time_since_epoch().count()));
}

TEST_CASE("a table of the published definition is taken over with every row",
          "[sqlite][migrations]") {
  const SqliteFile file;
  file.make_published_table();
  OtherProgram{file.path()}.run(
    "INSERT INTO zzz_jobs (worker) VALUES ('plain');"
    "INSERT INTO zzz_jobs (state, worker, args, attempt, attempted_at) "
    "VALUES (1, 'running', 'a', 3, 100);"
    "INSERT INTO zzz_jobs (state, worker, completed_at) VALUES (2, 'done', 200);"
    "INSERT INTO zzz_jobs (state, worker, scheduled_at, errors) VALUES (3, 'again', 300, 'oops');"
    "INSERT INTO zzz_jobs (worker, unique_key) VALUES ('keyed', 'k')");
  auto store = file.open();
  const auto jobs = store.list({}, {});
  REQUIRE(jobs.size() == 5);
  CHECK(jobs[0].timeout == 300s);
  CHECK(jobs[0].free_attempts == 0);
  CHECK(jobs[1].attempt == 3);
  CHECK_FALSE(jobs[1].node);
  CHECK(jobs[4].unique_key == "k");
  CHECK(store.rescue_stuck(1h) == 1);
  const auto claimed = claim(store, 10);
  REQUIRE(claimed.size() == 4);
  CHECK(claimed[1].attempt == 4);
  CHECK(store.enqueue("keyed", "{}", {.unique_key = "k"}).conflict);
}

TEST_CASE("of live jobs with one key the oldest keeps it and none is lost",
          "[sqlite][migrations]") {
  const SqliteFile file;
  file.make_published_table();
  OtherProgram{file.path()}.run(
    "INSERT INTO zzz_jobs (worker, state, unique_key) VALUES "
    "('finished', 2, 'a'), ('first', 0, 'a'), ('second', 3, 'a'), ('third', 1, 'a'), "
    "('alone', 0, 'b'), ('other', 6, 'c'), ('another', 0, 'c'), ('keyless', 0, NULL)");
  auto store = file.open();
  const auto jobs = store.list({}, {});
  REQUIRE(jobs.size() == 8);
  const std::vector<std::optional<std::string>> keys{"a", "a", std::nullopt, std::nullopt,
                                                     "b", "c", std::nullopt, std::nullopt};
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    INFO(jobs[i].worker);
    CHECK(jobs[i].unique_key == keys[i]);
  }
  CHECK(jobs[1].errors.empty());
  CHECK(contains(jobs[2].errors, "unique key \\\"a\\\" taken from this job: job 2 had it first"));
  CHECK(contains(jobs[6].errors, "job 6 had it first"));
  CHECK(jobs[7].errors.empty());
  CHECK(store.enqueue("new", "{}", {.unique_key = "a"}).id == 2);
  CHECK(
    OtherProgram{file.path()}.try_run("INSERT INTO zzz_jobs (worker, unique_key) VALUES ('x', 'c')")
    == SQLITE_CONSTRAINT_UNIQUE);
}

TEST_CASE("a migration that fails leaves the table as it was", "[sqlite][migrations]") {
  const SqliteFile file;
  file.make_published_table();
  OtherProgram{file.path()}.run("ALTER TABLE zzz_jobs ADD COLUMN timeout_s TEXT;"
                                "INSERT INTO zzz_jobs (worker, timeout_s) VALUES ('mine', 'soon')");
  const auto error = error_of([&] { static_cast<void>(file.open()); });
  CHECK(contains(error.what(), "0002_own_columns"));
  CHECK(contains(error.what(), "timeout_s"));
  OtherProgram other{file.path()};
  CHECK(other.run("SELECT timeout_s FROM zzz_jobs") == "soon");
  CHECK(other.run("SELECT count(*) FROM pragma_table_info('zzz_jobs')") == "15");
  CHECK(other.run("SELECT max(version) FROM zzz_jobs_migrations") == "1");
}
