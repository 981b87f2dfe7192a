#include "stores/pg_stores.hpp"

#include <atomic>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

namespace {

/// A store that tells what it hears and says. First of all it forgets who hears it.
struct Told {
  explicit Told(PgStore::Config config) {
    config.log = [this](LogLevel, std::string_view line) {
      if (line.starts_with("lease_lost"))
        ++leases_lost;
      if (line.starts_with("store_watch_lost"))
        ++watches_lost;
    };
    store.emplace(config);
    store->on_signal([this](StoreSignal signal) {
      if (signal == StoreSignal::lost_claims)
        ++claims_lost;
      if (signal == StoreSignal::dead_owner)
        ++owners_dead;
    });
  }

  std::atomic<int> leases_lost{0};
  std::atomic<int> watches_lost{0};
  std::atomic<int> claims_lost{0};
  std::atomic<int> owners_dead{0};
  std::optional<PgStore> store{};
};

} // namespace

TEST_CASE("nodes of one database know what each says of itself") {
  const PgTables tables;
  PgStore first{quick_store(tables.target())};
  std::optional<PgStore> second{std::in_place, quick_store(tables.target())};
  first.describe_node(
    {.name = "it's \"a\"", .address = "10.0.0.5:4040", .version = "1.2", .pid = 7});

  const auto nodes = second->nodes();
  REQUIRE(nodes.size() == 2);
  CHECK(nodes[0].id == first.node_id());
  CHECK(nodes[0].is.name == "it's \"a\"");
  CHECK(nodes[0].is.address == "10.0.0.5:4040");
  CHECK(nodes[0].is.version == "1.2");
  CHECK(nodes[0].is.pid == 7);
  CHECK(nodes[0].is_alive);
  CHECK(first.now() - nodes[0].started_at < std::chrono::minutes{5});
  CHECK(nodes[1].id == second->node_id());
  CHECK_THAT(nodes[1].is.name, support::has("(process ")); // what the store made up
  CHECK(nodes[1].is.address.empty());

  tables.connect().run("UPDATE zzz_jobs_nodes SET beat = beat - 3600000 WHERE id = "
                       + std::to_string(second->node_id()));
  const auto of_second = first.nodes();
  REQUIRE(of_second.size() == 2);
  CHECK_FALSE(of_second[1].is_alive);
  second.reset();
}

TEST_CASE("a node adopts what another one has let go of, and no more") {
  const PgTables tables;
  PgStore first{quick_store(tables.target())};
  PgStore second{quick_store(tables.target())};
  std::vector<Claim> claims;
  for (int i = 0; i < 3; ++i)
    claims.push_back({first.enqueue("w", "", {.queue = "mail"}).id, 1});
  Batch batch;
  batch.claims.push_back({.queue = "mail", .slots = 2});
  REQUIRE(first.apply(batch).claimed.at(0).size() == 2);
  claims.push_back({claims[1].job_id, 2}); // another execution
  claims.push_back({12'345'678, 1});       // no job

  CHECK(second.adopt(claims) == std::vector{claims[0], claims[1]});
  CHECK(first.open_claims("mail").empty());
  CHECK(second.open_claims("mail") == std::vector{claims[0], claims[1]});
  CHECK(second.get(claims[0].job_id)->node == second.node_id());
  CHECK(second.get(claims[2].job_id)->state == JobState::available);
  CHECK(second.adopt({}).empty());

  tables.connect().run("DELETE FROM zzz_jobs_nodes WHERE id = " + std::to_string(second.node_id()));
  CHECK(second.adopt({claims[0]}).empty()); // it counts as dead: they would be lost at once
}

TEST_CASE("a node that was taken for dead and is back before its rescue keeps its executions") {
  const PgTables tables;
  auto config = quick_store(tables.target());
  config.lease = 1s;
  Told other{config};
  auto database = tables.connect();
  const auto begin = database.value("SELECT beat FROM zzz_jobs_nodes");
  REQUIRE(support::eventually([&] { // it watches, and judges who comes now
    return database.value("SELECT beat > 400 + " + begin + " FROM zzz_jobs_nodes") == "t";
  }));
  const std::string beat = "floor(extract(epoch FROM clock_timestamp()) * 1000)";
  const auto id = database.value("INSERT INTO zzz_jobs_nodes (name, beat, lease_s, session, "
                                 "started_at) VALUES ('n', "
                                 + beat + ", 1, false, 0) RETURNING id");
  database.run("INSERT INTO zzz_jobs (worker, state, attempt, node, attempted_at) VALUES ('w', 1, "
               "1, "
               + id + ", 1)");
  REQUIRE(support::eventually([&] { return other.owners_dead > 0; })); // its lease ran out
  database.run("UPDATE zzz_jobs_nodes SET lease_s = 600, beat = " + beat + " WHERE id = " + id);
  CHECK(other.store->rescue_dead_owners().empty());
  CHECK(database.value("SELECT state FROM zzz_jobs") == "1");
  CHECK(database.value("SELECT count(*) FROM zzz_jobs_nodes WHERE id = " + id) == "1");

  database.run("UPDATE zzz_jobs_nodes SET lease_s = 1 WHERE id = " + id); // now it is dead
  REQUIRE(support::eventually([&] { return !other.store->rescue_dead_owners().empty(); }));
  CHECK(database.value("SELECT state FROM zzz_jobs") == "0");
  CHECK(support::eventually(
    [&] { return database.value("SELECT count(*) FROM zzz_jobs_nodes WHERE id = " + id) == "0"; }));
}

TEST_CASE("a node that others have given up renews no more, and goes on as a new one") {
  const PgTables tables;
  auto config = quick_store(tables.target());
  config.lease = 1s;
  Told node{config};
  const auto before = node.store->node_id();
  // As whoever rescues begins with: give_up_nodes.sql.
  tables.connect().run("UPDATE zzz_jobs_nodes SET beat = 0");
  CHECK(support::eventually([&] { return node.leases_lost == 1; }));
  CHECK(node.store->node_id() != before);
  CHECK(support::eventually([&] { return node.claims_lost > 0; }));
}

TEST_CASE("a node that lost its lease says so though its session is refused the lock") {
  const support::FreshDatabase fresh;
  const support::FreshRole role;
  support::SqlConnection database{fresh.url()};
  database.run("CREATE SCHEMA jobs AUTHORIZATION " + role.name());
  {
    auto config = quick_store({fresh.url(role.name()), "jobs"});
    config.lease = 1s;
    Told node{config};
    REQUIRE(support::eventually([&] { // it watches
      return database.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' "
                            "AND classid = 'jobs.zzz_jobs_nodes'::regclass")
        == "1";
    }));
    database.run("REVOKE EXECUTE ON FUNCTION pg_advisory_lock_shared(integer, integer) FROM PUBLIC;"
                 "DELETE FROM jobs.zzz_jobs_nodes");
    CHECK(support::eventually([&] { return node.watches_lost > 0; }));
    CHECK(node.leases_lost == 1);
    CHECK(node.claims_lost == 1);
    database.run("GRANT EXECUTE ON FUNCTION pg_advisory_lock_shared(integer, integer) TO PUBLIC");
  }
  database.run("DROP SCHEMA jobs CASCADE");
}

TEST_CASE("a node that heard nothing for a while looks after its executions") {
  const support::FreshDatabase fresh;
  Told node{quick_store({fresh.url()})};
  support::SqlConnection database{fresh.url()};
  const std::string watches =
    "pg_stat_activity WHERE datname = current_database() AND application_name LIKE "
    "'zzz_jobs watch %'";
  REQUIRE(support::eventually([&] {
    return database.value("SELECT count(pg_terminate_backend(pid)) FROM " + watches) == "1";
  }));
  CHECK(support::eventually([&] { return node.claims_lost > 0; }));
  CHECK(node.leases_lost == 0);
}

TEST_CASE("a table that others have locked for long costs no node its lease") {
  const PgTables tables;
  const auto pooled = GENERATE(false, true);
  CAPTURE(pooled);
  auto config = quick_store(pooled ? tables.target_through_bouncer() : tables.target());
  config.pooled = pooled;
  config.lease = 4s;
  Told node{config};
  auto database = tables.connect();
  const auto beat = [&] {
    return std::stoll(database.value("SELECT beat FROM zzz_jobs_nodes WHERE id = "
                                     + std::to_string(node.store->node_id())));
  };
  const auto begin = beat();
  auto locker = tables.connect();
  locker.run("BEGIN; LOCK TABLE zzz_jobs IN ACCESS EXCLUSIVE MODE");
  CHECK(support::eventually([&] { return beat() > begin + 5000; }));
  CHECK(node.leases_lost == 0);
  locker.run("COMMIT");
}
