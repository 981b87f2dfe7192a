// Servers that answer, and refuse to work.
#include "stores/pg_stores.hpp"

#include <chrono>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

namespace {

/// A store of a role whose rights a test may change, in the role's own schema.
struct Restricted {
  explicit Restricted(std::chrono::milliseconds answer_timeout = 30s) {
    superuser.run("CREATE SCHEMA " + role.name() + " AUTHORIZATION " + role.name());
    auto config = quick_store({role.url(), role.name()});
    config.answer_timeout = answer_timeout;
    store.emplace(config);
  }
  ~Restricted() {
    store.reset();
    superuser.run("ROLLBACK; DROP SCHEMA " + role.name() + " CASCADE");
  }
  Restricted(const Restricted&) = delete;
  Restricted& operator=(const Restricted&) = delete;

  /// Changes the role; what is connected has to come again.
  void alter(const std::string& how) {
    superuser.run("ALTER ROLE " + role.name() + " " + how);
    superuser.run("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = '"
                  + role.name() + "'");
  }
  [[nodiscard]] std::string table() const { return role.name() + ".zzz_jobs"; }
  [[nodiscard]] std::string count() { return superuser.value("SELECT count(*) FROM " + table()); }
  /// An enqueue while the server refuses it: why.
  Error failure() {
    auto batch = enqueues_of({job_of("kept")});
    const auto error = error_of([&] { (void)store->apply(batch); });
    CHECK(batch.enqueues.at(0).args == "kept");
    return error;
  }
  [[nodiscard]] bool works() {
    return apply(*store, enqueues_of({job_of("works")})).enqueued.at(0).failed == errc{};
  }

  support::SqlConnection superuser{support::SharedPostgres::get().url()};
  support::FreshRole role{};
  std::optional<PgStore> store{};
};

} // namespace

TEST_CASE("a server that has become read-only is unavailable until it is not",
          "[pg][turns][outage]") {
  Restricted restricted;
  REQUIRE(restricted.works());
  restricted.alter("SET default_transaction_read_only = on");
  CHECK(restricted.failure().code() == errc::unavailable);
  CHECK(error_of([&] { (void)restricted.store->get(1); }).code() == errc::unavailable);
  CHECK(restricted.count() == "1");
  restricted.alter("SET default_transaction_read_only = off");
  CHECK(restricted.works());
  CHECK(restricted.count() == "2");
}

TEST_CASE("a session that turns read-only is left for one that is not", "[pg][turns][outage]") {
  Restricted restricted;
  REQUIRE(restricted.works());
  // As a server that is demoted under its sessions: what is written there fails.
  restricted.superuser.run(
    "CREATE FUNCTION " + restricted.role.name()
    + ".demote() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN "
      "RAISE EXCEPTION ''cannot execute INSERT in a read-only transaction'' "
      "USING ERRCODE = ''read_only_sql_transaction''; END'; CREATE TRIGGER demote BEFORE INSERT ON "
    + restricted.table() + " FOR EACH STATEMENT EXECUTE FUNCTION " + restricted.role.name()
    + ".demote()");
  CHECK(restricted.failure().code() == errc::unavailable);
  restricted.superuser.run("DROP TRIGGER demote ON " + restricted.table());
  CHECK(restricted.works());
  CHECK(restricted.count() == "2");
}

TEST_CASE("too many clients are an outage that passes", "[pg][turns][outage]") {
  Restricted restricted;
  REQUIRE(restricted.works());
  restricted.alter("CONNECTION LIMIT 0");
  const auto error = restricted.failure();
  CHECK(error.code() == errc::unavailable);
  CHECK_THAT(error.what(), support::has("too many connections"));
  CHECK(restricted.count() == "1");
  restricted.alter("CONNECTION LIMIT -1");
  CHECK(restricted.works());
}

TEST_CASE("a role that is locked out is an outage that passes", "[pg][turns][outage]") {
  Restricted restricted;
  restricted.alter("NOLOGIN");
  CHECK(restricted.failure().code() == errc::unavailable);
  restricted.alter("LOGIN");
  CHECK(restricted.works());
}

TEST_CASE("a locked table is unavailable when the answer's time is up, and heals",
          "[pg][turns][outage]") {
  Restricted restricted{200ms};
  REQUIRE(restricted.works());
  restricted.superuser.run("BEGIN; LOCK TABLE " + restricted.table() + " IN ACCESS EXCLUSIVE MODE");
  const auto begin = std::chrono::steady_clock::now();
  CHECK(restricted.failure().code() == errc::unavailable);
  CHECK(error_of([&] { (void)restricted.store->get(1); }).code() == errc::unavailable);
  CHECK(std::chrono::steady_clock::now() - begin < 8s);
  restricted.superuser.run("ROLLBACK");
  CHECK(support::eventually([&] { // the watch may just have to connect again
    try {
      return restricted.works();
    } catch (const Error& error) {
      CHECK(error.code() == errc::unavailable);
      return false;
    }
  }));
  CHECK(restricted.count() == "2");
  CHECK(claim(*restricted.store, 5).size() == 2);
}

TEST_CASE("a right that is missing is said to be, and is no outage", "[pg][turns][outage]") {
  Restricted restricted;
  REQUIRE(restricted.works());
  restricted.superuser.run("ALTER TABLE " + restricted.table()
                           + " OWNER TO postgres; "
                             "REVOKE ALL ON "
                           + restricted.table() + " FROM " + restricted.role.name());
  CHECK(restricted.failure().code() == errc::not_allowed);
  restricted.superuser.run("GRANT ALL ON " + restricted.table() + " TO " + restricted.role.name());
  restricted.superuser.run("GRANT ALL ON ALL SEQUENCES IN SCHEMA " + restricted.role.name() + " TO "
                           + restricted.role.name());
  CHECK(restricted.works());
}

TEST_CASE("a pooled store that only claims goes on when its table is back", "[pg][turns][outage]") {
  const PgTables tables;
  auto config = quick_store({support::SharedPostgres::get().bouncer_url(), tables.target().schema});
  config.pooled = true;
  PgStore store{config};
  CHECK(claim(store, 1).empty());
  auto database = tables.connect();
  database.run("ALTER TABLE zzz_jobs RENAME TO away");
  CHECK(error_of([&] { (void)claim(store, 1); }).code() == errc::unavailable);
  database.run("ALTER TABLE away RENAME TO zzz_jobs;"
               "INSERT INTO zzz_jobs (queue, worker) VALUES ('mail', 'mailer')");
  CHECK(claim(store, 1).size() == 1);
}
