#include "stores/pg_tables.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::tests;
using support::has;

namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr auto newest = 8; // version of the tables

} // namespace

TEST_CASE("a table of the published definition is taken over with every row", "[pg][schema]") {
  PgTables tables;
  tables.make_published_table();
  auto other = tables.connect();
  other.run("INSERT INTO zzz_jobs (worker) VALUES ('plain');"
            "INSERT INTO zzz_jobs (state, worker, args, attempt, attempted_at) "
            "VALUES (1, 'running', 'a', 3, 100);"
            "INSERT INTO zzz_jobs (state, worker, completed_at) VALUES (2, 'done', 200);"
            "INSERT INTO zzz_jobs (state, worker, scheduled_at, errors) "
            "VALUES (3, 'again', 300, 'oops');"
            "INSERT INTO zzz_jobs (worker, unique_key) VALUES ('keyed', 'k')");
  const std::string published =
    "SELECT id, state, queue, worker, args, priority, attempt, max_attempts, scheduled_at, "
    "attempted_at, completed_at, inserted_at, errors, unique_key FROM zzz_jobs ORDER BY id";
  const auto before = other.rows(published);
  REQUIRE(before.size() == 5);
  CHECK(pg::migrate_up(tables.target()) == newest);
  CHECK(other.rows(published) == before);
  CHECK(other.rows("SELECT DISTINCT node, free_attempts, timeout_s FROM zzz_jobs")
        == Rows{{"NULL", "0", "300"}});
  CHECK(other.rows("SELECT * FROM zzz_jobs_enqueue('keyed', unique_key => 'k')")
        == Rows{{"5", "t"}});
}

TEST_CASE("of live jobs with one key the oldest keeps it and none is lost", "[pg][schema]") {
  PgTables tables;
  tables.make_published_table();
  auto other = tables.connect();
  other.run("INSERT INTO zzz_jobs (worker, state, unique_key) VALUES "
            "('finished', 2, 'a'), ('first', 0, 'a'), ('second', 3, 'a'), ('third', 1, 'a'), "
            "('alone', 0, 'b'), ('other', 6, 'c'), ('another', 0, 'c'), ('keyless', 0, NULL), "
            "('final', 4, 'c')");
  pg::migrate_up(tables.target());
  CHECK(other.rows("SELECT worker, state, unique_key FROM zzz_jobs ORDER BY id")
        == Rows{{"finished", "2", "a"},
                {"first", "0", "a"},
                {"second", "3", "NULL"},
                {"third", "1", "NULL"},
                {"alone", "0", "b"},
                {"other", "6", "c"},
                {"another", "0", "NULL"},
                {"keyless", "0", "NULL"},
                {"final", "4", "c"}});
  CHECK(other.rows("SELECT id, errors::json -> 0 ->> 'error' FROM zzz_jobs "
                   "WHERE errors IS NOT NULL ORDER BY id")
        == Rows{{"3", "unique key \"a\" taken from this job: job 2 had it first"},
                {"4", "unique key \"a\" taken from this job: job 2 had it first"},
                {"7", "unique key \"c\" taken from this job: job 6 had it first"}});
  CHECK_THROWS_WITH(other.run("INSERT INTO zzz_jobs (worker, unique_key) VALUES ('x', 'c')"),
                    has("idx_zzz_jobs_unique"));
}

TEST_CASE("the note on a key that was taken keeps what the job's errors said", "[pg][schema]") {
  PgTables tables;
  tables.make_published_table();
  auto other = tables.connect();
  other.run(R"(INSERT INTO zzz_jobs (worker, attempt, unique_key, errors) VALUES
    ('holder', 0, 'k', NULL),
    ('empty', 1, 'k', ''),
    ('history', 2, 'k', '[{"attempt":1,"at":5,"error":"a \"b\" ]"}] '),
    ('nothing', 3, 'k', ' [ ] '),
    ('object', 4, 'k', '{"a":1}'),
    ('text', 5, 'k', 'boom [ "x'))");
  pg::migrate_up(tables.target());
  const auto note = "unique key \"k\" taken from this job: job 1 had it first";
  CHECK(other.rows("SELECT z.worker, e ->> 'attempt', e ->> 'error' FROM zzz_jobs z, "
                   "json_array_elements(z.errors::json) WITH ORDINALITY entries (e, place) "
                   "WHERE z.id > 1 ORDER BY z.id, place")
        == Rows{{"empty", "1", note},
                {"history", "1", "a \"b\" ]"},
                {"history", "2", note},
                {"nothing", "3", note},
                {"object", "0", "{\"a\":1}"},
                {"object", "4", note},
                {"text", "0", "boom [ \"x"},
                {"text", "5", note}});
}

TEST_CASE("a key that no index can hold is given up, and its job stays", "[pg][schema]") {
  PgTables tables;
  tables.make_published_table();
  auto other = tables.connect();
  // Of random characters: what compresses well could be held.
  other.run("INSERT INTO zzz_jobs (worker, unique_key) SELECT 'long', "
            "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 200) i)");
  pg::migrate_up(tables.target());
  CHECK(other.value("SELECT unique_key IS NULL AND errors LIKE '%6400 bytes, at most 2600%' "
                    "FROM zzz_jobs")
        == "t");
}

TEST_CASE("down and up again keeps every row of the published table", "[pg][schema]") {
  const PgTables tables;
  pg::migrate_up(tables.target());
  auto other = tables.connect();
  other.run("INSERT INTO zzz_jobs (worker, state, unique_key, errors, priority) "
            "SELECT 'w' || i, i % 7, 'key' || i, '[]', i FROM generate_series(1, 70) i");
  const std::string published =
    "SELECT md5(string_agg(ROW(id, state, queue, worker, args, priority, attempt, max_attempts, "
    "scheduled_at, attempted_at, completed_at, inserted_at, errors, unique_key)::text, ',' "
    "ORDER BY id)) FROM zzz_jobs";
  const auto before = other.value(published);
  CHECK(pg::migrate_down(tables.target(), 1) == newest - 1);
  CHECK(other.value(published) == before);
  CHECK(other.value("SELECT count(*) FROM information_schema.columns WHERE table_schema = "
                    "current_schema() AND table_name = 'zzz_jobs'")
        == "14");
  CHECK(pg::migrate_up(tables.target()) == newest - 1);
  CHECK(other.value(published) == before);
}

TEST_CASE("the published table goes only when it is empty", "[pg][schema]") {
  const PgTables tables;
  pg::migrate_up(tables.target());
  auto other = tables.connect();
  other.run("SELECT * FROM zzz_jobs_enqueue('w')");
  const auto error = error_of([&] { pg::migrate_down(tables.target(), 0); });
  CHECK(error.code() == errc::not_allowed);
  CHECK_THAT(error.what(), has("only dropped when empty"));
  CHECK(other.value("SELECT count(*) FROM zzz_jobs") == "1");

  pg::migrate_up(tables.target());
  pg::install_wake_trigger(tables.target());
  other.run("DELETE FROM zzz_jobs");
  CHECK(pg::migrate_down(tables.target(), 0) == newest);
  CHECK(other.value("SELECT count(*) FROM pg_class WHERE relnamespace = "
                    "quote_ident(current_schema())::regnamespace")
        == "0");
  CHECK(other.value("SELECT count(*) FROM pg_proc WHERE pronamespace = "
                    "quote_ident(current_schema())::regnamespace")
        == "0");
  CHECK(pg::migrate_up(tables.target()) == newest);
}

TEST_CASE("nothing is taken back while a node is alive", "[pg][schema]") {
  const PgTables tables;
  pg::migrate_up(tables.target());
  auto other = tables.connect();
  other.run("INSERT INTO zzz_jobs_nodes (name, beat, lease_s, session, started_at) "
            "VALUES ('web-1', extract(epoch FROM now()) * 1000, 600, false, 0)");
  const auto error = error_of([&] { pg::migrate_down(tables.target(), 4); });
  CHECK(error.code() == errc::not_allowed);
  CHECK_THAT(error.what(), has("node 1 (web-1) is alive"));
  other.run("UPDATE zzz_jobs_nodes SET beat = beat - 601000");
  CHECK(pg::migrate_down(tables.target(), 4) == newest - 4);
}
