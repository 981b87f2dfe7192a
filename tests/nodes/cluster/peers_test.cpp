#include "certificates.hpp"
#include "pg_cluster.hpp"

#include "support/temp_folder.hpp"

#include <caf/all.hpp>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::test;
using support::eventually;
using support::has;

TEST_CASE("nodes find each other in the store and see each other's load") {
  const support::FreshSchema schema;
  PgNode a{schema, "a", {"mail", "video"}};
  PgNode b{schema, "b"};
  PgNode c{schema, "c"};
  for (auto* node : {&a, &b, &c})
    REQUIRE(node->links(2));
  const auto seen = b.cluster->nodes();
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].self);
  CHECK(seen[0].name == "b");
  const auto of_a = std::find_if(seen.begin(), seen.end(), [](auto& n) { return n.name == "a"; });
  REQUIRE(of_a != seen.end());
  CHECK(of_a->state == "running");
  CHECK(of_a->address == a.cluster->address());
  CHECK(of_a->pid == getpid());
  CHECK(of_a->version == seen[0].version);
  REQUIRE(of_a->queues.size() == 2);
  CHECK(of_a->queues[1].queue == "video");
  CHECK(of_a->queues[1].concurrency == 4);

  a.cluster->announce_stop();
  CHECK(eventually([&] {
    const auto now = b.cluster->nodes();
    return std::any_of(now.begin(), now.end(), [](auto& n) { return n.state == "stopping"; });
  }));
  c.cluster.reset();
  CHECK(b.links(1));
}

TEST_CASE("what happens on one node is heard on the others at once") {
  const support::FreshSchema schema;
  PgNode worker{schema, "worker", {"default"}};
  PgNode other{schema, "other", {"elsewhere"}};
  REQUIRE(worker.links(1));

  SECTION("a job wakes an idle queue") {
    for (int i = 1; i <= 20; ++i) {
      other.supervisor.enqueue("count");
      REQUIRE(eventually([&] { return worker.done == i; }));
    }
  }
  SECTION("many at once") {
    for (int i = 0; i < 300; ++i)
      other.supervisor.enqueue("count");
    CHECK(eventually([&] { return worker.done == 300; }));
  }
  SECTION("a running job is cancelled") {
    const auto job = other.supervisor.enqueue("wait");
    REQUIRE(eventually([&] { return worker.waiting == 1; }));
    other.supervisor.cancel(job.id);
    CHECK(eventually([&] { return worker.stopped == 1; }));
  }
  SECTION("a queue is paused and resumed") {
    other.supervisor.pause_queue("default");
    other.supervisor.enqueue("count");
    CHECK(other.supervisor.is_paused("default"));
    other.supervisor.resume_queue("default");
    CHECK(eventually([&] { return worker.done == 1; }));
  }
}

TEST_CASE("a queue's concurrency is changed on every node that runs it") {
  const support::FreshSchema schema;
  PgNode a{schema, "a", {"mail"}};
  PgNode b{schema, "b", {"mail"}};
  PgNode c{schema, "c", {"video"}};
  REQUIRE(a.links(2));
  CHECK(a.cluster->scale_queue("mail", 17) == 2);
  CHECK(a.supervisor.queues().front().concurrency == 17);
  CHECK(b.supervisor.queues().front().concurrency == 17);
  CHECK(c.supervisor.queues().front().concurrency == 4);
  CHECK(a.cluster->scale_queue("nobody's", 3) == 0);
  CHECK_THROWS_WITH(a.cluster->scale_queue("mail", 0), has("concurrency must be 1..10000, got 0"));
}

TEST_CASE("a node is asked by another one to stop") {
  const support::FreshSchema schema;
  PgNode a{schema, "a"};
  PgNode b{schema, "b"};
  REQUIRE(a.links(1));
  const auto all = a.cluster->nodes();
  CHECK(a.cluster->stop_node(all[1].id));
  CHECK(eventually([&] { return b.stops == 1; }));
  CHECK(a.cluster->stop_node(all[0].id));
  CHECK(a.stops == 1);
  CHECK_FALSE(a.cluster->stop_node(999'999));
}

TEST_CASE("a node that takes no links calls those that do") {
  const support::FreshSchema schema;
  PgNode mute{schema, "mute", {"default"}, {}};
  PgNode open{schema, "open"};
  CHECK(mute.links(1));
  CHECK(open.links(1));
}

TEST_CASE("links come back after the other node's end and its new start") {
  const support::FreshSchema schema;
  const support::TempFolder folder;
  const Authority authority{folder.path()};
  PgNode a{schema, "a", {"default"}, {.listen = "127.0.0.1:0", .tls = authority.issue("a")}};
  std::optional<PgNode> b;
  for (int round = 0; round < 3; ++round) {
    b.emplace(schema, "b", std::vector<std::string>{"elsewhere"},
              ClusterSection{.listen = "127.0.0.1:0", .tls = authority.issue("b")});
    REQUIRE(a.links(1));
    b->supervisor.enqueue("count");
    REQUIRE(eventually([&] { return a.done == round + 1; }));
    b.reset();
    REQUIRE(a.links(0));
  }
}

TEST_CASE("with no link at all jobs are done, by looking") {
  const support::FreshSchema schema;
  auto config = PgNode::deaf_store(schema.name());
  config.look_interval = std::chrono::milliseconds{100};
  PgSupervisor worker{config, PgNode::patient({"default"})};
  std::atomic<int> done{0};
  worker.register_worker("count", [&](std::string_view, JobContext&) { ++done; });
  // Addresses where nobody is, and certificates of two CAs could not do more harm.
  Cluster lonely{
    worker, {.section = {.listen = "127.0.0.1:0", .advertise = "127.0.0.1:1"}, .log = log_nothing}};
  worker.start();
  PgNode other{schema, "other", {"elsewhere"}};
  other.supervisor.enqueue("count");
  CHECK(eventually([&] { return done == 1; }));
  CHECK(other.linked() == 0);
  CHECK(other.cluster->nodes().size() == 2);
  worker.stop();
}

TEST_CASE("a node whose lease is over is shown as lost") {
  const support::FreshSchema schema;
  PgNode a{schema, "a"};
  auto database = schema.connect();
  database.run("INSERT INTO zzz_jobs_nodes (name, beat, lease_s, session, started_at, address)"
               " VALUES ('gone', 0, 30, false, 1, 'no address')");
  const auto all = a.cluster->nodes();
  REQUIRE(all.size() == 2);
  CHECK(all[1].name == "gone");
  CHECK(all[1].state == "lost");
  CHECK_FALSE(all[1].linked);
}

TEST_CASE("guests hear through their gateway what peers of it do, and the other way") {
  const support::FreshSchema schema;
  PgNode gateway{schema, "gateway", {"elsewhere"}, {.listen = "127.0.0.1:0", .gateway = true}};
  PgNode peer{schema, "peer", {"default"}};
  REQUIRE(gateway.links(1));
  MemorySupervisor without{{}, PgNode::patient({"guests"})};
  without.start();
  Cluster guest{
    without,
    {.name = "guest", .gateways = {"zzz://" + gateway.cluster->address()}, .log = log_nothing}};
  REQUIRE(gateway.links(2));
  const auto all = gateway.cluster->nodes();
  const auto seen = std::find_if(all.begin(), all.end(), [](auto& n) { return n.name == "guest"; });
  REQUIRE(seen != all.end());
  CHECK(seen->id > (std::int64_t{1} << 32));
  REQUIRE(seen->queues.size() == 1);
  CHECK(seen->queues.front().queue == "guests");
  CHECK(gateway.cluster->scale_queue("guests", 9) == 1);
  CHECK(without.queues().front().concurrency == 9);

  // A job is there; who tells the peer is the guest, whose words the gateway passes on.
  {
    auto database = schema.connect();
    database.run("INSERT INTO zzz_jobs (worker, queue) VALUES ('count', 'default')");
  }
  without.pause_queue("other");
  without.resume_queue("other");
  CHECK(eventually([&] { return peer.done == 1; }));
  without.stop();
}

TEST_CASE("a cluster in an application's own actor system") {
  MemorySupervisor supervisor{{}, PgNode::patient({"default"})};
  SECTION("needs what prepare_for_cluster does") {
    caf::actor_system_config config;
    caf::actor_system system{config};
    CHECK_THROWS_WITH(Cluster(supervisor, {.system = &system, .log = log_nothing}),
                      has("call prepare_for_cluster"));
  }
  SECTION("shares it") {
    caf::actor_system_config config;
    prepare_for_cluster(config);
    caf::actor_system system{config};
    Cluster cluster{supervisor,
                    {.section = {.listen = "127.0.0.1:0"},
                     .name = "embedded",
                     .system = &system,
                     .log = log_nothing}};
    CHECK(cluster.nodes().front().name == "embedded");
    CHECK(&cluster.system() == &system);
  }
  SECTION("and refuses what cannot be listened on") {
    CHECK_THROWS_WITH(Cluster(supervisor, {.section = {.listen = "0.0.0.0:0"}, .log = log_nothing}),
                      has("must be a loopback address"));
    const support::TempFolder folder;
    const auto tls = Authority{folder.path()}.issue("node");
    Cluster first{supervisor,
                  {.section = {.listen = "127.0.0.1:0", .tls = tls}, .log = log_nothing}};
    CHECK_THROWS_WITH(
      Cluster(supervisor, {.section = {.listen = first.address(), .tls = tls}, .log = log_nothing}),
      has("cannot listen on " + first.address()));
    CHECK_THROWS_WITH(Cluster(supervisor, {.section = {.listen = "nonsense"}, .log = log_nothing}),
                      has("cluster.listen must be HOST:PORT"));
    CHECK_THROWS_WITH(Cluster(supervisor, {.gateways = {"nonsense"}, .log = log_nothing}),
                      has("must be zzz://HOST:PORT"));
  }
}
