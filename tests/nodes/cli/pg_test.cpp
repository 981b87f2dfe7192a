#include "test_host.hpp"

#include "support/catch.hpp"
#include "support/postgres_fresh.hpp"
#include "support/temp_folder.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace {

using namespace zzz_jobs::node;
using nlohmann::json;
using test::TestHost;
using zzz_jobs::support::FreshSchema;
using zzz_jobs::support::has;
using zzz_jobs::support::SharedPostgres;

struct Database {
  FreshSchema schema{"cli"};
  TestHost host{};

  int run(std::vector<std::string> words) {
    words.insert(words.end(),
                 {"--store-url", SharedPostgres::get().url(), "--schema", schema.name()});
    return host.run(words);
  }
  json answer(std::vector<std::string> words) {
    words.emplace_back("--json");
    REQUIRE(run(words) == cli::exit_ok);
    return json::parse(host.said());
  }
};

TEST_CASE("migrate brings the tables up, says so, and takes them down", "[postgres]") {
  Database database;
  const auto steps = database.answer({"migrate", "status"})["migrations"];
  REQUIRE(steps.size() >= 6);
  CHECK(steps[0]["version"] == 1);
  CHECK(steps[0]["applied_at"].is_null());
  REQUIRE(database.run({"migrate", "status"}) == cli::exit_ok);
  CHECK_THAT(database.host.said(), has("not yet"));
  CHECK_THAT(database.host.said(), has(" steps to do: zzz-jobs migrate up"));

  REQUIRE(database.run({"migrate", "up"}) == cli::exit_ok);
  CHECK(database.host.said() == std::to_string(steps.size()) + " steps done\n");
  REQUIRE(database.run({"migrate", "up"}) == cli::exit_ok);
  CHECK(database.host.said() == "0 steps done\n");
  CHECK(database.answer({"migrate", "status"})["migrations"][0]["applied_at"].is_number());

  CHECK(database.run({"migrate", "down", "2"}) == cli::exit_usage);
  CHECK_THAT(database.host.complained(),
             has(std::to_string(steps.size() - 2) + " steps would be taken back"));
  CHECK_THAT(database.host.complained(), has("--yes"));
  REQUIRE(database.run({"migrate", "down", "2", "--yes"}) == cli::exit_ok);
  CHECK(database.host.said() == std::to_string(steps.size() - 2) + " steps taken back\n");
  REQUIRE(database.run({"migrate", "down", "2"}) == cli::exit_ok);
  CHECK(database.host.said() == "0 steps to take back\n");
  CHECK(database.run({"migrate", "down", "-1"}) == cli::exit_usage);
}

TEST_CASE("migrate answers programs with JSON", "[postgres]") {
  Database database;
  const auto steps = database.answer({"migrate", "status"}).at("migrations").size();
  CHECK(database.answer({"migrate", "up"}) == json{{"steps", steps}});
  CHECK(database.answer({"migrate", "down", "0", "--yes"}) == json{{"steps", steps}});
  CHECK(database.host.complained().empty());
}

TEST_CASE("migrate finds the database in the node's file", "[postgres]") {
  Database database;
  const zzz_jobs::support::TempFolder folder;
  const auto file = (folder.path() / "node.toml").string();
  std::ofstream(file) << "[store]\nkind = \"postgres\"\nurl_env = \"JOBS_URL\"\nschema = \""
                      << database.schema.name() << "\"\n";
  database.host.variables["JOBS_URL"] = SharedPostgres::get().url();
  REQUIRE(database.host.run({"migrate", "up", "--config", file}) == cli::exit_ok);
  CHECK_THAT(database.host.said(), has("steps done"));
  CHECK(database.answer({"migrate", "status"})["migrations"][0]["applied_at"].is_number());
}

TEST_CASE("migrate sql is what migrate up runs", "[postgres]") {
  Database database;
  REQUIRE(database.host.run({"migrate", "sql", "--schema", database.schema.name()})
          == cli::exit_ok);
  database.schema.create();
  database.schema.connect().run(database.host.said());
  REQUIRE(database.run({"migrate", "up"}) == cli::exit_ok);
  CHECK(database.host.said() == "0 steps done\n");
}

TEST_CASE("without its database migrate says to try again, without a password", "[postgres]") {
  TestHost host;
  CHECK(host.run({"migrate", "up", "--store-url",
                  "postgresql://nobody:se-cret@127.0.0.1:1/none?connect_timeout=1"})
        == cli::exit_again);
  CHECK(host.complained().find("se-cret") == std::string::npos);
}

TEST_CASE("bench leaves a database as it was", "[postgres]") {
  Database database;
  CHECK(database.run({"bench", "--store", "postgres", "--jobs", "10"}) != cli::exit_ok);
  REQUIRE(database.run({"migrate", "up"}) == cli::exit_ok);
  const auto figures = database.answer(
    {"bench", "--store", "postgres", "--jobs", "1200", "--samples", "5", "--concurrency", "4"});
  CHECK(figures["drained_per_s"].get<double>() > 0);
  CHECK(database.schema.connect().value("SELECT count(*) FROM zzz_jobs") == "0");
}

} // namespace
