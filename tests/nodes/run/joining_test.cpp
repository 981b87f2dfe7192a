// Nodes of one PostgreSQL as processes: which of them are linked.
#include "nodes/run/node_program.hpp"
#include "support/catch.hpp"
#include "support/postgres_fresh.hpp"

#include <zzz_jobs/zzz_jobs.hpp>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

namespace {

std::string file_of(const std::string& name, const std::string& schema,
                    const std::string& cluster) {
  return "[node]\nname = \"" + name + "\"\n[store]\nurl = \"" + SharedPostgres::get().url()
    + "\"\nschema = \"" + schema + "\"\n[control]\nsocket = \"jobs.db.sock\"\n" + cluster;
}

std::int64_t id_of(NodeProgram& node, const std::string& name) {
  const auto all = node.json("/api/v1/nodes");
  for (const auto& one : all.at("nodes"))
    if (one.at("name") == name)
      return one.at("id").get<std::int64_t>();
  return 0;
}

/// Whether every node that should be linked with it is.
bool has_all_links(NodeProgram& node) {
  const auto health = node.json("/api/v1/health");
  for (const auto& check : health.at("checks"))
    if (check.at("name") == "links")
      return check.at("ok");
  return false;
}

} // namespace

TEST_CASE("who shares the store of a listening node and joins nothing is no missing link",
          "[node][cluster]") {
  FreshSchema schema;
  schema.create();
  NodeProgram open{file_of("open", schema.name(), "[cluster]\nlisten = \"127.0.0.1:0\"\n")};
  NodeProgram alone{file_of("alone", schema.name(), "")};
  PgSupervisor application{
    {.url = SharedPostgres::get().url(), .schema = schema.name(), .log = log_nothing},
    SupervisorConfig{.log = log_nothing}};
  for (auto* node : {&open, &alone}) {
    node->start();
    REQUIRE(node->answers());
  }
  REQUIRE(open.json("/api/v1/nodes").at("nodes").size() == 3);
  CHECK(eventually([&] { return has_all_links(open); }));
}

TEST_CASE("a node that only joins calls those that listen, and one that says nothing is alone",
          "[node][cluster]") {
  FreshSchema schema;
  schema.create();
  NodeProgram open{file_of("open", schema.name(), "[cluster]\nlisten = \"127.0.0.1:0\"\n")};
  NodeProgram caller{file_of("caller", schema.name(), "[cluster]\njoin = true\n")};
  NodeProgram alone{file_of("alone", schema.name(), "")};
  for (auto* node : {&open, &caller, &alone}) {
    node->start();
    REQUIRE(node->answers());
  }
  CHECK(open.has_linked(1));
  CHECK(caller.has_linked(1));
  CHECK(alone.log().find("cluster_joined") == std::string::npos);

  // Each once, the one that is asked included.
  const auto scaled =
    open.call("POST", "/api/v1/queues/default/scale", R"({"concurrency": 3, "everywhere": true})");
  CHECK(nlohmann::json::parse(scaled.body).at("nodes") == 2);

  const auto id = id_of(open, "caller");
  REQUIRE(id != 0);
  CHECK(open.call("POST", "/api/v1/nodes/" + std::to_string(id) + "/stop").status < 300);
  CHECK(caller.process().wait_for_end(60s) == 0);
  caller.start();
  REQUIRE(caller.answers());
  REQUIRE(caller.has_linked(1));
  const auto other = id_of(caller, "open");
  CHECK(caller.call("POST", "/api/v1/nodes/" + std::to_string(other) + "/stop").status < 300);
  CHECK(open.process().wait_for_end(60s) == 0);
}
