#include "nodes/control/asking.hpp"
#include "nodes/control/named_cluster.hpp"
#include "support/catch.hpp"

#include <zzz_jobs/nodes/control/patient.hpp>

#include <unistd.h>

#include <atomic>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::node::tests;
using zzz_jobs::support::Door;
using zzz_jobs::support::has;
using namespace std::chrono_literals;

TEST_CASE("a node says who it is", "[control]") {
  Node node;
  const auto version = get(node.api, "/version").json;
  CHECK_THAT(version.at("version").get<std::string>(), has("."));
  CHECK(version.at("name") == "one");
  CHECK(version.at("node_id").is_number());
  CHECK(version.at("store") == "memory");
  CHECK(version.at("pid") == ::getpid());
  CHECK(version.at("started_at").get<std::int64_t>() > 1'700'000'000);
  CHECK(version.at("config_file").is_null());
}

TEST_CASE("a node without a cluster shows itself, and stops when told", "[control]") {
  MemorySupervisor supervisor({}, support::quick(3));
  int stopped = 0;
  node::Api api({.supervisor = supervisor, .facts = {.name = "one"}, .stop = [&] { ++stopped; }});
  supervisor.start();
  const auto nodes = get(api, "/nodes").json.at("nodes");
  REQUIRE(nodes.size() == 1);
  CHECK(nodes[0].at("name") == "one");
  CHECK(nodes[0].at("self") == true);
  CHECK(nodes[0].at("queues")
        == Json::array({{{"queue", "default"}, {"concurrency", 3}, {"running", 0}}}));
  const auto path = "/nodes/" + nodes[0].at("id").dump() + "/stop";
  CHECK(post(api, path).status == 202);
  CHECK(stopped == 1);
  CHECK(post(api, "/nodes/4711/stop").status == 404);
  node::Api cannot({.supervisor = supervisor});
  CHECK(post(cannot, path).status == 409);
}

TEST_CASE("other nodes are stopped over their links", "[control]") {
  MemorySupervisor supervisor({}, support::quick());
  NamedCluster cluster;
  cluster.all = {{.id = 1, .name = "a", .state = "running", .self = true},
                 {.id = 2, .name = "b", .state = "running", .linked = true},
                 {.id = 3, .name = "c", .state = "running"}};
  node::Api api({.supervisor = supervisor, .cluster = &cluster});
  CHECK(get(api, "/nodes").json.at("nodes").size() == 3);
  CHECK(post(api, "/nodes/2/stop").status == 202);
  CHECK(cluster.stopped == std::vector<std::int64_t>{2});
  CHECK(post(api, "/nodes/3/stop").status == 503);
}

TEST_CASE("a healthy node says so, and a failed check of a link degrades it", "[control]") {
  MemorySupervisor supervisor({}, support::quick());
  std::vector<node::HealthCheck> checks;
  node::Api api(
    {.supervisor = supervisor, .facts = {.store = "memory"}, .checks = [&] { return checks; }});
  auto health = get(api, "/health");
  CHECK(health.status == 200);
  CHECK(health.json
        == Json{{"status", "ok"},
                {"checks",
                 Json::array({{{"name", "store"},
                               {"ok", true},
                               {"vital", true},
                               {"text", "memory answers"},
                               {"advice", ""}}})}});
  checks = {{.name = "links", .ok = false, .vital = false, .text = "1 of 2", .advice = "look"}};
  health = get(api, "/health");
  CHECK(health.status == 200);
  CHECK(health.json.at("status") == "degraded");
  CHECK(health.json.at("checks")[1].at("advice") == "look");
  checks[0].vital = true;
  health = get(api, "/health");
  CHECK(health.status == 503);
  CHECK(health.json.at("status") == "failed");
}

TEST_CASE("a store that does not answer fails the health in about a second", "[control]") {
  MemorySupervisor supervisor({}, support::quick());
  node::Api api({.supervisor = supervisor, .facts = {.store = "memory"}});
  Door door;
  std::thread holding([&] { supervisor.with_store([&](AnyStore&) { door.wait(); }); });
  REQUIRE(door.has_waiting(1));
  const auto begin = std::chrono::steady_clock::now();
  const auto health = get(api, "/health");
  const auto version = get(api, "/version");
  CHECK(std::chrono::steady_clock::now() - begin < 8s); // the store has ten
  CHECK(version.status == 200);
  CHECK(version.json.at("node_id").is_null());
  door.open();
  holding.join();
  CHECK(health.status == 503);
  CHECK_THAT(health.json.at("checks")[0].at("text").get<std::string>(), has("no answer for"));
  CHECK(support::eventually([&] { return get(api, "/health").status == 200; }));
}

TEST_CASE("the store's examination is passed on, where it has one", "[control]") {
  MemorySupervisor supervisor({}, support::quick());
  node::Api without({.supervisor = supervisor, .facts = {.store = "memory"}});
  CHECK(get(without, "/doctor").status == 404);
  CHECK_THAT(get(without, "/doctor").error(), has("store: memory has no examination"));
  node::Api with(
    {.supervisor = supervisor, .doctor = [] {
       return std::vector<node::DoctorFinding>{{"schema", "warning", "old", "migrate"}};
     }});
  CHECK(
    get(with, "/doctor").json
    == Json{
      {"findings",
       Json::array(
         {{{"check", "schema"}, {"level", "warning"}, {"text", "old"}, {"advice", "migrate"}}})}});
  node::Api away({.supervisor = supervisor, .doctor = []() -> std::vector<node::DoctorFinding> {
                    throw Error(errc::unavailable, "postgres: gone");
                  }});
  CHECK(get(away, "/doctor").status == 503);
}

TEST_CASE("cron entries are shown, previewed, run and paused", "[control]") {
  Node node;
  node.supervisor.register_cron("night/ly", "30 3 * * *", "w", "{}", {.queue = "mail"},
                                {.zone = "Europe/Berlin", .missed = MissedTicks::skip});
  auto entries = get(node.api, "/cron").json.at("cron");
  REQUIRE(entries.size() == 1);
  const auto next = entries[0].at("next_tick").get<std::int64_t>();
  CHECK(next > 1'700'000'000);
  CHECK(entries[0].at("expression") == "30 3 * * *");
  CHECK(entries[0].at("zone") == "Europe/Berlin");
  CHECK(entries[0].at("missed") == "skip");
  CHECK(entries[0].at("worker") == "w");
  CHECK(entries[0].at("queue") == "mail");
  CHECK(entries[0].at("paused") == false);

  const auto ticks = get(node.api, "/cron/night/ly/preview", {{"count", "400"}}).json.at("ticks");
  REQUIRE(ticks.size() == 400);
  CHECK(ticks[0] == next);
  for (std::size_t i = 1; i < ticks.size(); ++i) {
    const auto gap = ticks[i].get<std::int64_t>() - ticks[i - 1].get<std::int64_t>();
    CHECK((gap == 86'400 || gap == 82'800 || gap == 90'000)); // the clocks change twice
  }
  CHECK(get(node.api, "/cron/night/ly/preview").json.at("ticks").size() == 5);
  CHECK(get(node.api, "/cron/night/ly/preview", {{"count", "0"}}).status == 400);

  const auto run = post(node.api, "/cron/night/ly/run");
  CHECK(run.status == 201);
  CHECK(get(node.api, "/jobs/" + run.json.at("id").dump()).json.at("queue") == "mail");
  CHECK(post(node.api, "/cron/night/ly/pause").status == 200);
  entries = get(node.api, "/cron").json.at("cron");
  CHECK(entries[0].at("paused") == true);
  CHECK(entries[0].at("next_tick").is_null());
  CHECK(post(node.api, "/cron/night/ly/resume").json.at("paused") == false);
  for (const auto* verb : {"run", "pause", "resume"})
    CHECK(post(node.api, "/cron/none/" + std::string{verb}).code() == "not_found");
  CHECK(get(node.api, "/cron/none/preview").status == 404);
}

TEST_CASE("one question serves all who ask meanwhile", "[control]") {
  Door door;
  std::atomic<int> asked{0};
  node::control::Patient<int> patient([&] {
    ++asked;
    door.wait();
    return 7;
  });
  const auto late = patient.ask(0ms, 1ms);
  CHECK(late.value == nullptr);
  CHECK_THAT(late.error, has("no answer for"));
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      const auto answer = patient.ask(1h, 20s);
      right += answer.value && *answer.value == 7 ? 1 : 0;
    });
  door.open();
  for (auto& thread : threads)
    thread.join();
  CHECK(right == 8);
  CHECK(asked == 1);
  CHECK(*patient.ask(1h, 0ms).value == 7);
}
