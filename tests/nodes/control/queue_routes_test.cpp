#include "nodes/control/asking.hpp"
#include "nodes/control/named_cluster.hpp"
#include "support/catch.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::node::tests;
using zzz_jobs::support::Door;
using zzz_jobs::support::eventually;
using zzz_jobs::support::has;

TEST_CASE("queues are shown with what they hold and run", "[control]") {
  Door door;
  Node node;
  node.supervisor.register_worker("w", [&](std::string_view, JobContext&) { door.wait(); });
  node.supervisor.start();
  for (int i = 0; i < 5; ++i)
    node.enqueue(R"({"worker": "w"})");
  node.enqueue(R"({"worker": "w", "queue": "other/one", "delay_s": 1000})");
  REQUIRE(door.has_waiting(2));
  // Waiting since it was put in, by whole seconds.
  REQUIRE(eventually(
    [&] { return get(node.api, "/queues").json.at("queues")[0].at("oldest_waiting_s") > 0; }));
  auto queues = get(node.api, "/queues").json.at("queues");
  REQUIRE(queues.size() == 2);
  queues[0].erase("oldest_waiting_s");
  CHECK(queues[0]
        == Json{{"queue", "default"},
                {"paused", false},
                {"concurrency", 2},
                {"running", 2},
                {"counts", {{"available", 3}, {"executing", 2}}}});
  CHECK(queues[1]
        == Json{{"queue", "other/one"}, {"paused", false}, {"counts", {{"scheduled", 1}}}});

  const auto stats = get(node.api, "/stats").json;
  CHECK(
    stats.at("counts")
    == Json{{"default", {{"available", 3}, {"executing", 2}}}, {"other/one", {{"scheduled", 1}}}});
  CHECK(stats.at("stats").at("enqueued") == 6);
  CHECK(stats.at("stats").size() == 14);
  CHECK(stats.at("queues").size() == 2);
  CHECK(stats.at("uptime_s").get<std::int64_t>() >= 1);
  door.open();
}

TEST_CASE("queues are paused and resumed, whatever their names", "[control]") {
  Node node;
  const auto name = GENERATE(as<std::string>{}, "default", "a/b", "x/pause", "ä ?#%");
  node.enqueue(Json{{"worker", "w"}, {"queue", name}}.dump());
  CHECK(post(node.api, "/queues/" + name + "/pause").json
        == Json{{"queue", name}, {"paused", true}});
  CHECK(node.supervisor.is_paused(name));
  CHECK(post(node.api, "/queues/" + name + "/resume").status == 200);
  CHECK_FALSE(node.supervisor.is_paused(name));
  CHECK(post(node.api, "/queues//pause").status == 404);
  CHECK(post(node.api, "/queues/" + std::string(300, 'q') + "/pause").status == 413);
}

TEST_CASE("a pause of a queue that nobody knows says so", "[control]") {
  MemorySupervisor supervisor({}, support::quick(2));
  NamedCluster cluster;
  cluster.all = {{.id = 1, .self = true}, {.id = 2, .linked = true, .queues = {{"reports", 2, 0}}}};
  node::Api api({.supervisor = supervisor, .cluster = &cluster});
  supervisor.enqueue("w", "", {.queue = "mail"});
  CHECK(post(api, "/queues/mial/pause").json
        == Json{
          {"queue", "mial"},
          {"paused", true},
          {"warning",
           R"(queue "mial" has no jobs, and no node known here works it; did you mean "mail"?)"}});
  CHECK(supervisor.is_paused("mial")); // it is done all the same
  CHECK(post(api, "/queues/night/resume").json.at("warning")
        == R"(queue "night" has no jobs, and no node known here works it)");
  // Worked here, worked elsewhere, with jobs, and known since it was paused.
  for (const auto* known : {"default", "reports", "mail", "mial"})
    CHECK_FALSE(post(api, "/queues/" + std::string{known} + "/pause").json.contains("warning"));
}

TEST_CASE("a queue is scaled here, or on every node", "[control]") {
  MemorySupervisor supervisor({}, support::quick(2));
  NamedCluster cluster;
  cluster.own = &supervisor;
  cluster.all = {{.id = 1, .self = true, .linked = false, .queues = {{"default", 2, 0}}},
                 {.id = 2, .linked = true, .queues = {{"default", 2, 0}, {"other", 1, 0}}}};
  node::Api api({.supervisor = supervisor, .cluster = &cluster});
  supervisor.start();
  CHECK(post(api, "/queues/default/scale", R"({"concurrency": 7})").json
        == Json{{"queue", "default"}, {"concurrency", 7}, {"nodes", 1}});
  CHECK(supervisor.queues().front().concurrency == 7);
  CHECK(cluster.all[1].queues[0].concurrency == 2);
  CHECK(
    post(api, "/queues/default/scale", R"({"concurrency": 3, "everywhere": true})").json.at("nodes")
    == 2);
  CHECK(cluster.all[1].queues[0].concurrency == 3);
  CHECK(
    post(api, "/queues/other/scale", R"({"concurrency": 5, "everywhere": true})").json.at("nodes")
    == 1);
  CHECK(post(api, "/queues/other/scale", R"({"concurrency": 5})").status == 404);
  CHECK(post(api, "/queues/none/scale", R"({"concurrency": 5, "everywhere": true})").status == 404);
  for (const auto* body : {"", "{}", R"({"concurrency": 0})", R"({"concurrency": 10001})",
                           R"({"concurrency": "7"})", R"({"concurrency": 7, "every": true})"})
    CHECK(post(api, "/queues/default/scale", body).status == 400);
  CHECK(supervisor.queues().front().concurrency == 3);
}

TEST_CASE("where no node runs a queue cannot be scaled", "[control]") {
  MemorySupervisor supervisor({}, support::quick(2));
  node::Api api({.supervisor = supervisor, .facts = {.runs_jobs = false}});
  const auto everywhere = GENERATE(as<std::string>{}, "false", "true");
  const auto answer =
    post(api, "/queues/default/scale", R"({"concurrency": 7, "everywhere": )" + everywhere + "}");
  CHECK(answer.status == 404);
  CHECK_THAT(answer.error(), has("queue \"default\": no node was reached"));
  CHECK(supervisor.queues().front().concurrency == 2);
}
