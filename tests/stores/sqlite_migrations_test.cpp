#include "stores/older_rows.hpp"
#include "stores/sqlite_file.hpp"

#include <zzz_jobs/stores/sql/sqlite.hpp>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;

namespace {

constexpr auto newest = sql::sqlite::migrations.size();

/// The file as a program of that version made it.
void make_version(const SqliteFile& file, std::size_t version) {
  OtherProgram other{file.path()};
  other.run(std::string{sql::sqlite::create_migrations});
  for (std::size_t i = 0; i < version; ++i) {
    const auto& step = sql::sqlite::migrations.at(i);
    other.run(std::string{step.sql});
    other.run("INSERT INTO zzz_jobs_migrations VALUES (" + std::to_string(i + 1) + ", '"
              + std::string{step.name} + "', 1)");
  }
}

/// A job in each state, and what else tables of the version hold.
void fill_version(const SqliteFile& file, std::size_t version) {
  OtherProgram other{file.path()};
  other.run(jobs_in_each_state);
  if (version >= 2)
    other.run(own_columns_of_jobs);
  if (version >= 3)
    other.run("INSERT INTO zzz_jobs_nodes (id, name, beat) VALUES (7, 'gone', 100);"
              "UPDATE zzz_jobs SET node = 7 WHERE id = 2;"
              "INSERT INTO zzz_jobs_queues VALUES ('bulk', 1);"
              "INSERT INTO zzz_jobs_cron (entry, last_tick) VALUES ('nightly', 100)");
}

/// All rows with all columns of this version, as JSON.
std::string rows_in(const SqliteFile& file) {
  return OtherProgram{file.path()}.run(
    "SELECT group_concat(json_array(id, state, queue, worker, args, priority, attempt, "
    "max_attempts, scheduled_at, attempted_at, completed_at, inserted_at, errors, unique_key, "
    "node, free_attempts, timeout_s, result, progress, progress_note), char(10)) "
    "FROM (SELECT * FROM zzz_jobs ORDER BY id)");
}

/// Tables with their columns in order, and indexes.
std::string schema_in(const SqliteFile& file) {
  return OtherProgram{file.path()}.run(
    "SELECT group_concat(line, char(10)) FROM ("
    "SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || "
    "coalesce(c.dflt_value, '-') || ' ' || c.pk AS line "
    "FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' "
    "UNION ALL SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL "
    "UNION ALL SELECT version || ' ' || name FROM zzz_jobs_migrations ORDER BY line)");
}

} // namespace

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

TEST_CASE("a file of any earlier version is brought up with every row", "[sqlite][migrations]") {
  const SqliteFile fresh;
  static_cast<void>(fresh.open());
  for (std::size_t version = 1; version <= newest; ++version) {
    CAPTURE(version);
    const SqliteFile file;
    make_version(file, version);
    fill_version(file, version);
    // What the columns that are still to come have of themselves.
    const SqliteFile as_it_was;
    make_version(as_it_was, newest);
    fill_version(as_it_was, version);
    const auto rows = rows_in(as_it_was);
    auto store = file.open();
    CHECK(rows_in(file) == rows);
    CHECK(schema_in(file) == schema_in(fresh));
    // And they mean what they meant.
    const auto jobs = store.list({}, {});
    REQUIRE(jobs.size() == 7);
    CHECK(jobs[1].attempt == 2);
    CHECK(jobs[1].timeout == (version >= 2 ? 60s : 300s));
    CHECK(jobs[1].attempts_used() == (version >= 2 ? 1 : 2));
    CHECK(store.enqueue("new", "{}", {.unique_key = "k"}).id == 1);
    CHECK(store.is_paused("bulk") == (version >= 3));
    CHECK(store.last_tick("nightly").has_value() == (version >= 3));
    CHECK_FALSE(store.is_cron_paused("nightly"));
    if (version >= 3) // its node is known, and known to be gone
      CHECK(store.rescue_dead_owners().size() == 1);
    else
      CHECK(store.rescue_stuck(1h) == 1);
    const auto claimed = claim(store, 10, {}, "mail");
    REQUIRE(claimed.size() == 2);
    CHECK(claimed[0].worker == "runs");
    CHECK(claimed[0].attempt == 3);
    CHECK(claimed[1].worker == "waits");
  }
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
