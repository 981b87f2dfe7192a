#include "stores/pg_listener.hpp"

#include <zzz_jobs/stores/detail/pg_sql.hpp>
#include <zzz_jobs/stores/detail/pqxx_session.hpp>

#include <algorithm>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;
using support::has;

namespace {

std::vector<std::string> sorted(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

} // namespace

TEST_CASE("with the wake trigger an INSERT of a foreign program is heard, once per queue",
          "[pg][wake]") {
  const PgTables tables;
  pg::migrate_up(tables.target());
  pg::install_wake_trigger(tables.target());
  PgListener listener{tables};
  auto other = tables.connect();
  other.run("INSERT INTO zzz_jobs (worker, queue) "
            "SELECT 'w', 'q' || i % 2 FROM generate_series(1, 100) i");
  CHECK(sorted(listener.heard_so_far()) == std::vector<std::string>{":q0", ":q1"});
  other.run("INSERT INTO zzz_jobs (worker, queue) VALUES ('w', repeat('x', 7001))");
  CHECK(listener.heard_so_far() == std::vector<std::string>{"jobs"});
  other.run("INSERT INTO zzz_jobs (worker, state) VALUES ('w', 2);"
            "UPDATE zzz_jobs SET priority = 1");
  CHECK(listener.heard_so_far().empty());
}

TEST_CASE("the wake trigger is silent about our own sessions", "[pg][wake]") {
  const PgTables tables;
  pg::migrate_up(tables.target());
  pg::install_wake_trigger(tables.target());
  PgListener listener{tables};
  detail::pg::PqxxSession ours{{.url = tables.target().url, .application = "zzz_jobs turns 1"}};
  const auto insert = "INSERT INTO " + detail::pg::quoted_identifier(tables.schema())
    + ".zzz_jobs (worker) VALUES ($1)";
  ours.run_alone(insert, "w");
  CHECK(listener.heard_so_far().empty());
  detail::pg::PqxxSession theirs{{.url = tables.target().url, .application = "zz"}};
  theirs.run_alone(insert, "w");
  CHECK(listener.heard_so_far() == std::vector<std::string>{":default"});
}

TEST_CASE("the wake trigger is installed and removed any number of times", "[pg][wake]") {
  const PgTables tables;
  const auto refused = error_of([&] { pg::install_wake_trigger(tables.target()); });
  CHECK(refused.code() == errc::not_allowed);
  CHECK_THAT(refused.what(), has("migrate_up"));
  pg::migrate_up(tables.target());
  for (int i = 0; i < 2; ++i)
    pg::install_wake_trigger(tables.target());
  for (int i = 0; i < 2; ++i)
    pg::remove_wake_trigger(tables.target());
  PgListener listener{tables};
  tables.connect().run("INSERT INTO zzz_jobs (worker) VALUES ('w')");
  CHECK(listener.heard_so_far().empty());
}

TEST_CASE("a role without rights on the tables cannot install the wake trigger", "[pg][wake]") {
  const PgTables tables;
  const support::FreshRole role;
  pg::migrate_up(tables.target());
  tables.connect().run(pg::grants_sql(tables.schema(), role.name()));
  const auto error = error_of([&] { pg::install_wake_trigger(tables.target_as(role)); });
  CHECK(error.code() == errc::not_allowed);
}
