#include "test_host.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <nlohmann/json.hpp>

namespace {

using namespace zzz_jobs::node;
using nlohmann::json;
using test::TestHost;
using zzz_jobs::support::has;

TEST_CASE("bench measures a store and leaves nothing behind") {
  TestHost host;
  const zzz_jobs::support::TempFolder folder;
  const auto store = GENERATE(as<std::string>{}, "memory", "sqlite");
  REQUIRE(host.run({"bench", "--store", store, "--folder", folder.path().string(), "--jobs", "1500",
                    "--samples", "20", "--concurrency", "4", "--json"})
          == cli::exit_ok);
  const auto figures = json::parse(host.said());
  CHECK(figures["enqueued_per_s"].get<double>() > 0);
  CHECK(figures["drained_per_s"].get<double>() > 0);
  for (const auto* name : {"enqueue", "start"}) {
    CHECK(figures[name]["p50_ms"].get<double>() > 0);
    CHECK(figures[name]["p99_ms"].get<double>() >= figures[name]["p50_ms"].get<double>());
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK(host.targets.empty());
}

TEST_CASE("bench says its figures in words") {
  TestHost host;
  REQUIRE(host.run({"bench", "--jobs", "1", "--samples", "1"}) == cli::exit_ok);
  CHECK_THAT(host.said(), has("drained"));
  CHECK_THAT(host.said(), has("ms (half of them)"));
}

TEST_CASE("bench refuses what it cannot measure") {
  TestHost host;
  CHECK(host.run({"bench", "--store", "postgres"}) == cli::exit_usage);
  CHECK_THAT(host.complained(), has("needs --store-url"));
  CHECK(host.run({"bench", "--store", "redis"}) == cli::exit_usage);
  CHECK(host.run({"bench", "--jobs", "0"}) == cli::exit_usage);
  CHECK(host.run({"bench", "--store", "sqlite", "--folder", "/nonexistent"}) == cli::exit_usage);
  CHECK(host.run({"bench", "--store", "postgres", "--store-url",
                  "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1"})
        == cli::exit_again);
}

} // namespace
