#include "stores/pg_stores.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::tests;

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
