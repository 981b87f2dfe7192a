#include "stores/older_rows.hpp"
#include "stores/pg_tables.hpp"

#include <zzz_jobs/stores/detail/pg_migrations.hpp>

#include <atomic>
#include <thread>
#include <vector>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;
using support::FreshRole;
using support::has;

namespace {

constexpr auto newest = 8;

/// Everything that the migrations make, as text that is the same in any schema.
std::string everything_in(const PgTables& tables) {
  return tables.connect().value(R"(
    SELECT string_agg(replace(replace(line, quote_ident(current_schema()), 'S'),
                              quote_literal(current_schema()), 'S'), E'\n' ORDER BY line)
    FROM (
      SELECT format('%s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                    a.attnotnull, pg_get_expr(d.adbin, d.adrelid)) AS line
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0
        AND NOT attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind = 'r'
      UNION ALL
      SELECT pg_get_indexdef(c.oid) FROM pg_class c
      WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind = 'i'
      UNION ALL
      SELECT c.relname || array_to_string(c.reloptions, ',') FROM pg_class c
      WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.reloptions IS NOT NULL
      UNION ALL
      SELECT pg_get_functiondef(oid) FROM pg_proc
      WHERE pronamespace = quote_ident(current_schema())::regnamespace
      UNION ALL
      SELECT version || ' ' || name FROM zzz_jobs_migrations
    ) lines)");
}

using Rows = std::vector<std::vector<std::string>>;

/// As a program of that version made them.
void make_version(const PgTables& tables, int version) {
  auto script = pg::migration_sql(tables.schema(), 0);
  const auto rest = pg::migration_sql(tables.schema(), version);
  REQUIRE(script.ends_with(rest));
  script.resize(script.size() - rest.size());
  support::SqlConnection{tables.target().url}.run(script);
}

/// A job in each state, and what else tables of the version hold.
void fill_version(support::SqlConnection& other, int version) {
  other.run(jobs_in_each_state);
  if (version >= 2)
    other.run(own_columns_of_jobs);
  if (version >= 3)
    other.run("INSERT INTO zzz_jobs_nodes (id, name, beat, lease_s, session, started_at) "
              "VALUES (7, 'gone', 100, 30, false, 100);"
              "UPDATE zzz_jobs SET node = 7 WHERE id = 2;"
              "INSERT INTO zzz_jobs_queues VALUES ('bulk', true);"
              "INSERT INTO zzz_jobs_cron (entry, last_tick) VALUES ('nightly', 100)");
}

constexpr auto published_columns =
  "SELECT id, state, queue, worker, args, priority, attempt, max_attempts, scheduled_at, "
  "attempted_at, completed_at, inserted_at, errors, unique_key FROM zzz_jobs ORDER BY id";
constexpr auto own_columns = "SELECT node, free_attempts, timeout_s, result, progress, "
                             "progress_note FROM zzz_jobs ORDER BY id";

/// As a store does when it is opened.
void open(const pg::Target& target, bool migrate = true) {
  detail::pg::PqxxSession session{{.url = target.url, .application = "zzz_jobs"}};
  detail::pg::open_schema(session, target.schema, migrate);
}

} // namespace

TEST_CASE("a new schema has the published columns first, with their defaults", "[pg][schema]") {
  const PgTables tables;
  CHECK(pg::migrate_up(tables.target()) == newest);
  auto other = tables.connect();
  const std::string columns =
    "SELECT string_agg(column_name || ' ' || data_type || ' ' || is_nullable || ' ' "
    "|| coalesce(column_default, '-'), ', ' ORDER BY ordinal_position) "
    "FROM information_schema.columns WHERE table_schema = current_schema() "
    "AND table_name = 'zzz_jobs' AND column_name <> 'id' AND ordinal_position ";
  CHECK(other.value(columns + "<= 14")
        == "state integer NO 0, queue text NO 'default'::text, worker text NO -, "
           "args text NO ''::text, priority integer NO 0, attempt integer NO 0, "
           "max_attempts integer NO 20, scheduled_at bigint NO 0, attempted_at bigint YES -, "
           "completed_at bigint YES -, inserted_at bigint NO 0, errors text YES -, "
           "unique_key text YES -");
  CHECK(other.value(columns + "> 14")
        == "node bigint YES -, free_attempts integer NO 0, timeout_s integer NO 300, "
           "result text YES -, progress integer YES -, progress_note text YES -");
  CHECK(other.value("SELECT string_agg(indexname, ' ' ORDER BY indexname) FROM pg_indexes "
                    "WHERE schemaname = current_schema() AND indexname LIKE 'idx%'")
        == "idx_zzz_jobs_available idx_zzz_jobs_claim idx_zzz_jobs_due idx_zzz_jobs_unique");
}

TEST_CASE("the status names what is done and what is still to be done", "[pg][schema]") {
  const PgTables tables;
  auto status = pg::migration_status(tables.target());
  REQUIRE(status.size() == newest);
  CHECK(status[0].version == 1);
  CHECK(status[0].name == "0001_create_jobs");
  for (const auto& migration : status)
    CHECK_FALSE(migration.applied_at);

  pg::migrate_up(tables.target());
  pg::migrate_down(tables.target(), 4);
  tables.connect().run("INSERT INTO zzz_jobs_migrations VALUES (9, 'theirs', 100)");
  status = pg::migration_status(tables.target());
  REQUIRE(status.size() == 5);
  CHECK(status[3].name == "0004_indexes");
  CHECK(status[3].applied_at);
  CHECK(status[4].name == "theirs");
  CHECK(status[4].applied_at == UnixTime{std::chrono::seconds{100}});

  tables.connect().run("DELETE FROM zzz_jobs_migrations WHERE version = 9");
  status = pg::migration_status(tables.target());
  REQUIRE(status.size() == newest);
  CHECK(status[4].name == "0005_storage_parameters");
  CHECK_FALSE(status[4].applied_at);
}

TEST_CASE("a migration in the files bears the number and name of its row", "[pg][schema]") {
  const PgTables tables;
  const auto planned = pg::migration_status(tables.target());
  pg::migrate_up(tables.target());
  const auto done = pg::migration_status(tables.target());
  REQUIRE(done.size() == planned.size());
  for (std::size_t i = 0; i < done.size(); ++i) {
    CHECK(done[i].version == planned[i].version);
    CHECK(done[i].name == planned[i].name);
    CHECK(done[i].applied_at);
  }
}

TEST_CASE("many that migrate at once do each step once", "[pg][schema]") {
  const PgTables tables;
  std::atomic<std::uint32_t> steps = 0;
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> starters;
    for (int i = 0; i < 10; ++i)
      starters.emplace_back([&, pooled = i % 2 == 0] {
        try {
          steps += pg::migrate_up(pooled ? tables.target_through_bouncer() : tables.target());
        } catch (const Error& error) {
          ++failures;
        }
      });
  }
  CHECK(failures == 0);
  CHECK(steps == newest);
  CHECK(tables.connect().value("SELECT count(*) FROM zzz_jobs_migrations")
        == std::to_string(newest));
}

TEST_CASE("the statements of migration_sql make the same as migrate_up", "[pg][schema]") {
  const PgTables migrated;
  pg::migrate_up(migrated.target());
  const auto expected = everything_in(migrated);
  const PgTables scripted;
  const auto from = GENERATE(0, 3);
  if (from > 0) {
    pg::migrate_up(scripted.target());
    pg::migrate_down(scripted.target(), from);
  }
  support::SqlConnection{scripted.target().url}.run(pg::migration_sql(scripted.schema(), from));
  CHECK(pg::migrate_up(scripted.target()) == 0);
  CHECK(everything_in(scripted) == expected);
}

TEST_CASE("tables of any earlier version are brought up with every row", "[pg][schema]") {
  const PgTables fresh;
  pg::migrate_up(fresh.target());
  const auto version = GENERATE(range(1, newest));
  CAPTURE(version);
  const PgTables tables;
  make_version(tables, version);
  auto other = tables.connect();
  REQUIRE(other.value("SELECT max(version) FROM zzz_jobs_migrations") == std::to_string(version));
  fill_version(other, version);
  const auto published = other.rows(published_columns);
  REQUIRE(published.size() == 7);
  const auto own =
    version >= 2 ? other.rows(own_columns) : Rows(7, {"NULL", "0", "300", "NULL", "NULL", "NULL"});
  CHECK(pg::migrate_up(tables.target()) == static_cast<std::uint32_t>(newest - version));
  CHECK(everything_in(tables) == everything_in(fresh));
  CHECK(other.rows(published_columns) == published);
  CHECK(other.rows(own_columns) == own);
  const auto kept = version >= 3 ? Rows{{"bulk", "t"}} : Rows{};
  CHECK(other.rows("SELECT name, paused FROM zzz_jobs_queues") == kept);
  const auto ticks = version >= 3 ? Rows{{"nightly", "100", "f"}} : Rows{};
  CHECK(other.rows("SELECT entry, last_tick, paused FROM zzz_jobs_cron") == ticks);
  const auto nodes = version >= 3 ? Rows{{"7", "gone", ""}} : Rows{};
  CHECK(other.rows("SELECT id, name, label FROM zzz_jobs_nodes") == nodes);
  open(tables.target(), false); // as a store that may not migrate
}

TEST_CASE("a schema newer than this program is refused with one line", "[pg][schema]") {
  const PgTables tables;
  pg::migrate_up(tables.target());
  const auto known = pg::migration_status(tables.target()).size();
  const auto next = std::to_string(known + 1);
  tables.connect().run("INSERT INTO zzz_jobs_migrations VALUES (" + next + ", 'future', 0)");
  const auto expected = "schema \"" + tables.schema() + "\": its tables are version " + next
    + ", this program knows up to " + std::to_string(known)
    + ": use a newer zzz_jobs or another schema";
  for (const bool migrate : {true, false}) {
    const auto error = error_of([&] { open(tables.target(), migrate); });
    CHECK(error.code() == errc::schema_too_new);
    CHECK(error.what() == expected);
  }
  CHECK(error_of([&] { pg::migrate_up(tables.target()); }).code() == errc::schema_too_new);
  CHECK(error_of([&] { pg::migrate_down(tables.target(), 0); }).code() == errc::schema_too_new);
}

TEST_CASE("a migration that fails leaves the table as it was", "[pg][schema]") {
  PgTables tables;
  tables.make_published_table();
  tables.connect().run("ALTER TABLE zzz_jobs ADD COLUMN timeout_s TEXT;"
                       "INSERT INTO zzz_jobs (worker, timeout_s) VALUES ('mine', 'soon')");
  const auto error = error_of([&] { pg::migrate_up(tables.target()); });
  CHECK_THAT(error.what(), has("0002_own_columns") && has("timeout_s"));
  auto other = tables.connect();
  CHECK(other.value("SELECT timeout_s FROM zzz_jobs") == "soon");
  CHECK(other.value("SELECT max(version) FROM zzz_jobs_migrations") == "1");
}

TEST_CASE("tables of this version are opened by a role with the granted rights alone",
          "[pg][schema]") {
  const PgTables tables;
  const FreshRole role;
  pg::migrate_up(tables.target());
  tables.connect().run(pg::grants_sql(tables.schema(), role.name()));
  for (const bool migrate : {true, false})
    open(tables.target_as(role), migrate);

  auto node = support::SqlConnection{role.url()};
  node.run("SET search_path TO " + node.identifier(tables.schema()));
  node.run("INSERT INTO zzz_jobs (worker) VALUES ('a');"
           "SELECT * FROM zzz_jobs_enqueue('b');"
           "SELECT nextval(pg_get_serial_sequence('zzz_jobs', 'id'));"
           "UPDATE zzz_jobs SET state = 1; DELETE FROM zzz_jobs;"
           "INSERT INTO zzz_jobs_nodes (name, beat, lease_s, session, started_at) "
           "VALUES ('n', 0, 30, true, 0); DELETE FROM zzz_jobs_nodes;"
           "INSERT INTO zzz_jobs_queues VALUES ('q', true); DELETE FROM zzz_jobs_queues;"
           "INSERT INTO zzz_jobs_cron VALUES ('e', 1); DELETE FROM zzz_jobs_cron");
  for (const auto* statement :
       {"DROP TABLE zzz_jobs", "ALTER TABLE zzz_jobs ADD COLUMN x INTEGER", "TRUNCATE zzz_jobs",
        "CREATE TABLE mine (id INTEGER)", "CREATE INDEX mine ON zzz_jobs (worker)",
        "DELETE FROM zzz_jobs_migrations", "DROP FUNCTION zzz_jobs_enqueue"}) {
    INFO(statement);
    CHECK_THROWS_WITH(node.run(statement), has("permission denied") || has("must be owner"));
  }
}

TEST_CASE("older tables are refused to a role without rights, with the remedy", "[pg][schema]") {
  const PgTables tables;
  const FreshRole role;
  pg::migrate_up(tables.target());
  tables.connect().run(pg::grants_sql(tables.schema(), role.name()));
  pg::migrate_down(tables.target(), 5);
  const auto refused = error_of([&] { open(tables.target_as(role)); });
  CHECK(refused.code() == errc::not_allowed);
  CHECK_THAT(refused.what(),
             has("role \"" + role.name() + "\" lacks rights")
               && has("let the owner of the tables run `zzz-jobs migrate up`"));
  const auto off = error_of([&] { open(tables.target(), false); });
  CHECK(off.code() == errc::not_allowed);
  CHECK_THAT(off.what(),
             has("its tables are version 5, this program needs "
                 + std::to_string(pg::migration_status(tables.target()).size()))
               && has("let the owner of the tables run `zzz-jobs migrate up`"));
}

TEST_CASE("a role that may not even look is told of the grants", "[pg][schema]") {
  const PgTables tables;
  const FreshRole role;
  pg::migrate_up(tables.target());
  const auto error = error_of([&] { open(tables.target_as(role)); });
  CHECK(error.code() == errc::not_allowed);
  CHECK_THAT(error.what(), has("grants_sql"));
}

TEST_CASE("a role that may make no schema is refused where there is none", "[pg][schema]") {
  const PgTables tables;
  const FreshRole role;
  const auto error = error_of([&] { open(tables.target_as(role)); });
  CHECK(error.code() == errc::not_allowed);
  CHECK_THAT(error.what(), has("permission denied for database"));
}

TEST_CASE("a role makes its tables in a schema where it may, though it may make none",
          "[pg][schema]") {
  PgTables tables;
  const FreshRole role;
  tables.make_published_table();
  auto owner = tables.connect();
  owner.run("GRANT ALL ON SCHEMA " + owner.identifier(tables.schema()) + " TO " + role.name());
  owner.run("ALTER TABLE zzz_jobs OWNER TO " + role.name());
  open(tables.target_as(role));
  CHECK(owner.value("SELECT max(version) FROM zzz_jobs_migrations") == std::to_string(newest));
}

TEST_CASE("a name that no schema can have is refused", "[pg][schema]") {
  const auto url = support::SharedPostgres::get().url();
  CHECK(error_of([&] { pg::migrate_up({url, ""}); }).code() == errc::invalid_argument);
  CHECK(error_of([&] { pg::migrate_up({url, std::string(64, 'x')}); }).code() == errc::too_large);
  CHECK(error_of([&] { pg::migrate_up({"host='", "public"}); }).code() == errc::invalid_argument);
  CHECK(error_of([&] {
          pg::migrate_up({"host=127.0.0.1 port=1", "public"});
        }).code()
        == errc::unavailable);
}
