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
