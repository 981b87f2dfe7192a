// A store actor that dies while the store still commits what it has begun.
#include "actors/pg_nodes.hpp"
#include "support/postgres.hpp"

#include <zzz_jobs/actors/runtime/actor_engine_impl.hpp>

#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

TEST_CASE("slow commits: killed store actors lose no acknowledged job", "[pg][killing][slow]") {
  PostgresServer server{{.fsync = true, .settings = {"commit_delay=5000", "commit_siblings=0"}}};
  PgSupervisor supervisor{quiet_store({server.url()}), patient(10)};
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  supervisor.start();
  auto& directory = dynamic_cast<runtime::ActorEngine&>(supervisor.engine()).directory();

  std::mutex mutex;
  std::vector<std::int64_t> acknowledged;
  std::vector<std::jthread> clients;
  for (int i = 0; i < 4; ++i)
    clients.emplace_back([&](const std::stop_token& stop) {
      while (!stop.stop_requested())
        try {
          const auto id = supervisor.enqueue("w").id;
          const std::lock_guard lock{mutex};
          acknowledged.push_back(id);
        } catch (const Error&) { // it died with the actor: not acknowledged
        }
    });
  for (int kills = 0; kills < 15; ++kills) {
    const auto goal = [&] {
      const std::lock_guard lock{mutex};
      return acknowledged.size() + 20;
    }();
    REQUIRE(eventually([&] {
      const std::lock_guard lock{mutex};
      return acknowledged.size() >= goal;
    }));
    caf::anon_send_exit(directory.find("store"), caf::exit_reason::kill);
  }
  for (auto& client : clients)
    client.request_stop();
  clients.clear();

  SqlConnection database{server.url()};
  CHECK(eventually(
    [&] { return database.value("SELECT count(*) FROM zzz_jobs WHERE state <> 2") == "0"; }, 60s));
  for (const auto id : acknowledged)
    CHECK(database.value("SELECT state FROM zzz_jobs WHERE id = " + std::to_string(id)) == "2");
}
