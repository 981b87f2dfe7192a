#include "stores/pg_tables.hpp"

#include <zzz_jobs/stores/detail/pg_checks.hpp>
#include <zzz_jobs/stores/detail/pg_migrations.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

#include <chrono>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;
using Level = pg::Finding::Level;
using support::has;

namespace {

/// A database of its own: what other tests do is not to be seen in it.
class Patient {
public:
  Patient() { pg::migrate_up(target()); }

  [[nodiscard]] pg::Target target() const { return {database_.url(), schema}; }
  [[nodiscard]] std::string url_of(const support::FreshRole& role) const {
    return database_.url(role.name());
  }
  [[nodiscard]] support::SqlConnection connect() const {
    support::SqlConnection connection{database_.url()};
    connection.run("SET search_path TO " + connection.identifier(schema));
    return connection;
  }
  void run(const std::string& sql) const { connect().run(sql); }

  [[nodiscard]] std::vector<pg::Finding> examine() const {
    detail::pg::PqxxSession session{{.url = database_.url(), .application = "zzz_jobs doctor"}};
    return detail::pg::examine({session, schema, retention, thresholds, clock_offset});
  }
  [[nodiscard]] pg::Finding finding(const std::string& check) const {
    for (const auto& finding : examine())
      if (finding.check == check)
        return finding;
    FAIL("no check " << check);
    return {};
  }
  /// The only finding that is not fine.
  [[nodiscard]] pg::Finding complaint() const {
    pg::Finding found;
    for (const auto& finding : examine())
      if (finding.level != Level::fine) {
        INFO(finding.check << ": " << finding.text);
        CHECK(found.check.empty());
        CHECK_FALSE(finding.advice.empty());
        found = finding;
      }
    return found;
  }

  std::string schema = "a \"b'";
  PrunePolicy retention{};
  detail::pg::Thresholds thresholds{};
  std::chrono::milliseconds clock_offset{0};

private:
  support::FreshDatabase database_{};
};

} // namespace

TEST_CASE("the doctor knows every column that the migrations make", "[pg][doctor]") {
  const Patient patient;
  const auto columns = patient.connect().rows(
    "SELECT table_name, column_name FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND table_name LIKE 'zzz\\_jobs%'");
  REQUIRE(columns.size() > 40);
  for (const auto& column : columns) {
    const auto expected = "('" + column[0] + "', '" + column[1] + "', ";
    CHECK_THAT(std::string{sql::postgres::doctor_columns}, has(expected));
  }
}

TEST_CASE("the doctor finds nothing in a healthy database", "[pg][doctor]") {
  const Patient patient;
  patient.run("SELECT zzz_jobs_enqueue('w') FROM generate_series(1, 10);"
              "INSERT INTO zzz_jobs_nodes (name, beat, lease_s, session, started_at) "
              "VALUES ('pooled', extract(epoch FROM now()) * 1000, 600, false, 0)");
  const auto findings = pg::doctor(patient.target(), {.completed = {.age = 1h, .count = 100}});
  std::string checks;
  for (const auto& finding : findings) {
    INFO(finding.check << ": " << finding.text << " " << finding.advice);
    CHECK(finding.level == Level::fine);
    CHECK_FALSE(finding.text.empty());
    CHECK(finding.advice.empty());
    checks += finding.check + " ";
  }
  CHECK(checks
        == "schema columns indexes claim_plan vacuum dead_rows nodes listeners retention "
           "oldest_transaction clock ");
}

TEST_CASE("the doctor needs no right to write", "[pg][doctor]") {
  const Patient patient;
  auto other = patient.connect();
  other.run("ALTER DATABASE " + other.value("SELECT current_database()")
            + " SET default_transaction_read_only = on");
  auto target = patient.target();
  target.url += "?target_session_attrs=any";
  for (const auto& finding : pg::doctor(target, {.completed = {.count = 0}})) {
    INFO(finding.check << ": " << finding.text);
    CHECK(finding.level == Level::fine);
  }
}

TEST_CASE("the doctor tells of tables of another version", "[pg][doctor]") {
  const Patient patient;
  patient.run("INSERT INTO zzz_jobs_migrations VALUES (99, 'future', 0)");
  CHECK_THAT(patient.complaint().text, has("version 99"));
  patient.run("DELETE FROM zzz_jobs_migrations WHERE version = 99");
  pg::migrate_down(patient.target(), 5);
  const auto older = patient.complaint();
  CHECK(older.check == "schema");
  CHECK(older.level == Level::problem);
  CHECK_THAT(older.text,
             has("version 5, this program needs "
                 + std::to_string(pg::migration_status(patient.target()).size())));
  CHECK_THAT(older.advice, has("migrate_up"));
  CHECK(patient.examine().size() == 3);
}

TEST_CASE("the doctor tells of columns that were changed", "[pg][doctor]") {
  const Patient patient;
  patient.run("ALTER TABLE zzz_jobs ALTER COLUMN attempt TYPE BIGINT;"
              "ALTER TABLE zzz_jobs ALTER COLUMN args DROP NOT NULL;"
              "ALTER TABLE zzz_jobs ALTER COLUMN priority SET DEFAULT 7;"
              "ALTER TABLE zzz_jobs ALTER COLUMN id DROP DEFAULT;"
              "ALTER TABLE zzz_jobs DROP COLUMN progress_note;"
              "ALTER TABLE zzz_jobs ADD COLUMN harmless TEXT;"
              "ALTER TABLE zzz_jobs ADD COLUMN defaulted INTEGER NOT NULL DEFAULT 0;"
              "ALTER TABLE zzz_jobs_cron ADD COLUMN harmful INTEGER NOT NULL");
  const auto finding = patient.finding("columns");
  CHECK(finding.level == Level::problem);
  CHECK(finding.text
        == "The tables were changed: zzz_jobs.args may be null, but must not be; "
           "zzz_jobs.attempt is bigint, not integer; "
           "zzz_jobs.id has no default, not another; "
           "zzz_jobs.priority has the default 7, not 0; "
           "zzz_jobs.progress_note is missing; "
           "zzz_jobs_cron.harmful is not ours, and no INSERT of ours gives it the value that it "
           "requires.");
  // The claim answers with progress no more; whoever cannot be asked says so.
  CHECK(patient.finding("claim_plan").level == Level::warning);
  CHECK_THAT(patient.finding("claim_plan").text, has("could not be examined"));
}

TEST_CASE("the doctor tells of indexes that were changed, and how to mend them", "[pg][doctor]") {
  const Patient patient;
  patient.run("DROP INDEX idx_zzz_jobs_due; DROP INDEX idx_zzz_jobs_unique;"
              "CREATE INDEX idx_zzz_jobs_unique ON zzz_jobs (unique_key);"
              "UPDATE pg_index SET indisvalid = false "
              "WHERE indexrelid = 'idx_zzz_jobs_claim'::regclass");
  const auto finding = patient.complaint();
  CHECK(finding.check == "indexes");
  CHECK(finding.level == Level::problem);
  CHECK(finding.text
        == "Indexes were changed: idx_zzz_jobs_claim is not valid; idx_zzz_jobs_due is missing; "
           "idx_zzz_jobs_unique is another.");
  auto other = patient.connect();
  const std::string begin = "Run: ";
  REQUIRE(finding.advice.starts_with(begin));
  auto remedy = finding.advice.substr(begin.size());
  while (!remedy.empty()) { // CONCURRENTLY stands alone
    const auto end = remedy.find(';');
    other.run(remedy.substr(0, end));
    remedy.erase(0, end + 1);
    if (remedy.find_first_not_of(' ') == std::string::npos)
      break;
  }
  CHECK(patient.complaint().check.empty());
  CHECK(other.value("SELECT count(*) FROM pg_index WHERE indrelid = 'zzz_jobs'::regclass") == "5");
}

TEST_CASE("the doctor tells of a claim that does not walk its index", "[pg][doctor]") {
  const Patient patient;
  patient.run("DROP INDEX idx_zzz_jobs_available");
  const auto finding = patient.finding("claim_plan");
  CHECK(finding.level == Level::problem);
  CHECK_THAT(finding.text, has("idx_zzz_jobs_available") && has("a sort"));
}

TEST_CASE("the doctor leaves nothing in a session, also where it fails", "[pg][doctor]") {
  const Patient patient;
  auto owner = patient.connect();
  const auto left_behind = [&](const std::string& url) {
    detail::pg::PqxxSession session{{.url = url, .application = "zzz_jobs doctor"}};
    static_cast<void>(detail::pg::examine({session, patient.schema, {}, {}}));
    return session
      .run_alone("SELECT count(*) + (current_setting('enable_sort') = 'off')::integer "
                 "FROM pg_prepared_statements")[0][0]
      .as<int>();
  };
  CHECK(left_behind(patient.target().url) == 0);
  const support::FreshRole role;
  owner.run(pg::grants_sql(patient.schema, role.name()) + "REVOKE UPDATE ON zzz_jobs FROM "
            + role.name());
  CHECK(left_behind(patient.url_of(role)) == 0);
  owner.run("DROP OWNED BY " + role.name());
}

TEST_CASE("the doctor examines through PgBouncer too", "[pg][doctor]") {
  const PgTables tables;
  pg::migrate_up(tables.target());
  for (int round = 0; round < 2; ++round)
    for (const auto& finding : pg::doctor(tables.target_through_bouncer())) {
      INFO(finding.check << ": " << finding.text);
      // What others do in the same database is not this test's concern.
      CHECK((finding.level == Level::fine || finding.check == "oldest_transaction"));
    }
}

TEST_CASE("the doctor tells of vacuum that does not come", "[pg][doctor]") {
  const Patient patient;
  patient.run("ALTER TABLE zzz_jobs SET (autovacuum_enabled = off)");
  CHECK(patient.complaint().check == "vacuum");
  CHECK(patient.complaint().level == Level::problem);
  patient.run("ALTER TABLE zzz_jobs RESET (autovacuum_enabled);"
              "ALTER TABLE zzz_jobs SET (autovacuum_vacuum_threshold = 900000)");
  CHECK(patient.complaint().check == "vacuum");
  CHECK_THAT(patient.complaint().text, has("after 900000 dead rows"));
}

TEST_CASE("the doctor tells of dead rows", "[pg][doctor]") {
  Patient patient;
  patient.thresholds.dead_rows = 1000;
  auto other = patient.connect();
  other.run("ALTER TABLE zzz_jobs SET (autovacuum_vacuum_threshold = 100000);"
            "INSERT INTO zzz_jobs (worker) SELECT 'w' FROM generate_series(1, 2000);"
            "DELETE FROM zzz_jobs; SELECT pg_stat_force_next_flush(); SELECT 1");
  const auto never = patient.complaint();
  CHECK(never.check == "dead_rows");
  CHECK(never.level == Level::warning);
  CHECK_THAT(never.text, has("2000 dead rows") && has("never vacuumed"));
  patient.thresholds.dead_rows_max = 1999;
  CHECK(patient.complaint().level == Level::problem);

  // Vacuum that comes, and may not remove them.
  auto snapshot = patient.connect();
  other.run("VACUUM zzz_jobs");
  snapshot.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM zzz_jobs");
  other.run("INSERT INTO zzz_jobs (worker) SELECT 'w' FROM generate_series(1, 2000);"
            "DELETE FROM zzz_jobs");
  other.run("VACUUM zzz_jobs");
  patient.thresholds = {};
  patient.thresholds.dead_rows = 1000;
  CHECK(patient.complaint().check.empty());
  patient.thresholds.dead_rows_always = 1999;
  CHECK(patient.complaint().check == "dead_rows");
}

TEST_CASE("the doctor tells of a transaction that is held open, and how to end it",
          "[pg][doctor]") {
  Patient patient;
  patient.thresholds.transaction_age = 0s;
  CHECK(patient.complaint().check.empty());
  auto holder = patient.connect();
  holder.run("SET application_name = 'report';"
             "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM zzz_jobs");
  const auto finding = patient.complaint();
  CHECK(finding.check == "oldest_transaction");
  CHECK(finding.level == Level::warning);
  CHECK_THAT(finding.text, has("application \"report\", idle in transaction"));
  CHECK_THAT(finding.advice,
             has("SELECT pg_terminate_backend(" + std::to_string(holder.backend()) + ");"));
  patient.thresholds.transaction_age_max = 0s;
  CHECK(patient.complaint().level == Level::problem);
  holder.run("ROLLBACK");
  CHECK(patient.complaint().check.empty());
}

TEST_CASE("the doctor tells of clocks that differ", "[pg][doctor]") {
  Patient patient;
  patient.clock_offset = 10s;
  const auto behind = patient.complaint();
  CHECK(behind.check == "clock");
  CHECK(behind.level == Level::warning);
  CHECK_THAT(behind.text, has("behind this machine's"));
  patient.clock_offset = -61s;
  CHECK(patient.complaint().level == Level::problem);
  CHECK_THAT(patient.complaint().text, has("ahead of this machine's"));
}

TEST_CASE("the doctor tells of executions that nobody rescues", "[pg][doctor]") {
  const Patient patient;
  patient.run("INSERT INTO zzz_jobs_nodes (name, beat, lease_s, session, started_at) VALUES "
              "('living', extract(epoch FROM now()) * 1000, 600, false, 0), "
              "('dead', extract(epoch FROM now()) * 1000 - 160000, 30, false, 0);"
              "INSERT INTO zzz_jobs (worker, queue, state, node) VALUES "
              "('w', 'a', 1, 1), ('w', 'b', 1, 2), ('w', 'c', 1, 77), ('foreign', 'c', 1, NULL)");
  const auto finding = patient.complaint();
  CHECK(finding.check == "nodes");
  CHECK(finding.level == Level::problem);
  CHECK(finding.text
        == "1 node alive: living (1); 1 whose lease ran out. 2 executions belong to nodes that "
           "are gone, and nobody rescues them.");
}

TEST_CASE("the doctor tells of jobs that wait for a node", "[pg][doctor]") {
  const Patient patient;
  CHECK(patient.complaint().check.empty());
  patient.run("INSERT INTO zzz_jobs (worker) VALUES ('w')");
  CHECK(patient.complaint().check == "nodes");
  CHECK(patient.complaint().text == "0 nodes alive; 0 whose lease ran out. Jobs wait.");
}

TEST_CASE("the doctor tells of a node that hears nothing", "[pg][doctor]") {
  const Patient patient;
  patient.run("INSERT INTO zzz_jobs_nodes (name, beat, lease_s, session, started_at) "
              "VALUES ('web', extract(epoch FROM now()) * 1000, 600, true, 0)");
  const auto deaf = patient.complaint();
  CHECK(deaf.check == "listeners");
  CHECK(deaf.level == Level::warning);
  CHECK_THAT(deaf.text, has("web (1)"));
  auto watch = patient.connect();
  watch.run("SET application_name = 'zzz_jobs watch 1';"
            "SELECT pg_advisory_lock_shared('zzz_jobs_nodes'::regclass::oid::integer, 1)");
  CHECK(patient.finding("listeners").text == "1 node listening, 0 polling because pooled is set.");
  CHECK(patient.complaint().check.empty());
}

TEST_CASE("the doctor tells of final jobs that pruning has left", "[pg][doctor]") {
  Patient patient;
  patient.thresholds.retention_debt = 10;
  patient.run("INSERT INTO zzz_jobs (worker, state, completed_at) "
              "SELECT 'w', 2, extract(epoch FROM now()) - i * 60 FROM generate_series(1, 20) i;"
              "INSERT INTO zzz_jobs (worker, state, inserted_at) "
              "SELECT 'w', 4, 100 FROM generate_series(1, 5)");
  CHECK(patient.complaint().check.empty());
  patient.retention.completed.age = 601s;
  patient.retention.discarded.count = 3;
  const auto finding = patient.complaint();
  CHECK(finding.check == "retention");
  CHECK(finding.level == Level::warning);
  CHECK(finding.text == "Still to be deleted: 10 completed, 2 discarded jobs.");
  patient.thresholds.retention_debt = 12;
  CHECK(patient.complaint().check.empty());
}

TEST_CASE("the doctor tells a role of the rights that it lacks", "[pg][doctor]") {
  const Patient patient;
  const support::FreshRole role;
  const pg::Target target{patient.url_of(role), patient.schema};
  const auto without = pg::doctor(target);
  REQUIRE(without.size() == 3);
  CHECK(without[0].level == Level::problem);
  CHECK_THAT(without[0].advice, has("grants_sql"));

  auto owner = patient.connect();
  owner.run(pg::grants_sql(patient.schema, role.name()));
  for (const auto& finding : pg::doctor(target)) {
    INFO(finding.check << ": " << finding.text);
    CHECK(finding.level == Level::fine);
  }
  owner.run("REVOKE UPDATE ON zzz_jobs FROM " + role.name());
  bool found = false;
  for (const auto& finding : pg::doctor(target))
    if (finding.check == "claim_plan") {
      found = true;
      CHECK(finding.level == Level::warning);
      CHECK_THAT(finding.advice, has("grants_sql"));
    }
  CHECK(found);
  owner.run("DROP OWNED BY " + role.name());
}

TEST_CASE("levels have names", "[pg][doctor]") {
  CHECK(pg::to_string(Level::fine) == "fine");
  CHECK(pg::to_string(Level::warning) == "warning");
  CHECK(pg::to_string(Level::problem) == "problem");
}
