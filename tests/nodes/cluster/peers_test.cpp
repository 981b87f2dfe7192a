#include "certificates.hpp"
#include "linked.hpp"
#include "pg_cluster.hpp"

#include "support/supervisors.hpp"
#include "support/temp_folder.hpp"

#include <zzz_jobs/nodes/cluster/endpoint.hpp>
#include <zzz_jobs/nodes/cluster/peer_words.hpp>

#include <caf/all.hpp>

#include <chrono>
#include <utility>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::test;
using support::eventually;
using support::has;
using Steady = std::chrono::steady_clock;

namespace {

/// Of jobs that run on one node and are cancelled on another one, one after the other,
/// the shortest time until the stop token. The first one is left out: without a link, a
/// job hears of it when claims are compared, each five seconds, and the next one is
/// cancelled right after that.
Steady::duration best_cancel(PgNode& here, PgNode& there) {
  auto best = Steady::duration::max();
  for (int round = 1; round <= 4; ++round) {
    const auto job = here.supervisor.enqueue("wait");
    REQUIRE(eventually([&] { return there.waiting == round; }));
    const auto asked = Steady::now();
    here.supervisor.cancel(job.id);
    REQUIRE(eventually([&] { return there.stopped == round; }));
    if (round > 1)
      best = std::min(best, Steady::now() - asked);
  }
  return best;
}

/// Who hears all that a node passes on to its guests.
class Eavesdropper {
public:
  explicit Eavesdropper(const Cluster& node)
    : client_({parse_endpoint("a test's", node.address()).port}, {},
              {.kind = "peer", .name = "ear", .details = to_wire(facts())}) {
    REQUIRE(eventually([&] { return client_.ups() == 1; }));
  }
  [[nodiscard]] bool hears(const std::string& kind, const std::string& queue) {
    return client_.hears(to_wire(PeerWord{.kind = kind, .queue = queue}));
  }

private:
  static PeerFacts facts() {
    PeerFacts facts;
    facts.instance = 4711;
    facts.name = "ear";
    facts.guest = true;
    return facts;
  }
  EchoClient client_;
};

/// Finds out everything by looking, often. Its address is one where nobody is.
struct Lonely {
  explicit Lonely(const support::FreshSchema& schema)
    : supervisor(store(schema), PgNode::patient({"default", "second"})) {
    supervisor.register_worker("count", [this](std::string_view, JobContext&) { ++done; });
    supervisor.register_worker("second", [this](std::string_view, JobContext&) { ++second; });
    supervisor.register_worker("wait", [this](std::string_view, JobContext& job) {
      ++waiting;
      support::Door door;
      const std::stop_callback opened{job.stop_token(), [&] { door.open(); }};
      door.wait();
      stopped = job.stop_reason();
    });
    supervisor.start();
  }
  ~Lonely() { supervisor.stop(); }
  static PgStore::Config store(const support::FreshSchema& schema) {
    auto config = PgNode::deaf_store(schema.name());
    config.look_interval = std::chrono::milliseconds{100};
    return config;
  }

  std::atomic<int> done{0};
  std::atomic<int> second{0};
  std::atomic<int> waiting{0};
  std::atomic<StopReason> stopped{StopReason::none};
  PgSupervisor supervisor;
  Cluster cluster{supervisor,
                  {.section = {.listen = "127.0.0.1:0", .advertise = "127.0.0.1:1"},
                   .name = "lonely",
                   .log = log_nothing}};
};

/// What each of the two says of the other one.
bool sees_unlinked(Cluster& cluster, const std::string& other) {
  return eventually([&] {
    const auto all = cluster.nodes();
    return all.size() == 2 && std::any_of(all.begin(), all.end(), [&](const auto& one) {
             return one.name == other && one.state == "running" && !one.linked;
           });
  });
}

} // namespace

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
    const auto best = best_cancel(other, worker);
    INFO(best / std::chrono::milliseconds{1} << " ms");
    CHECK(best < std::chrono::seconds{2});
  }
  SECTION("a queue is paused and resumed") {
    Eavesdropper ear{*worker.cluster};
    other.supervisor.pause_queue("default");
    CHECK(ear.hears("paused", "default"));
    CHECK(worker.supervisor.is_paused("default"));
    other.supervisor.enqueue("count");
    other.supervisor.resume_queue("default");
    CHECK(ear.hears("resumed", "default"));
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

TEST_CASE("with no link at all everything works, by looking") {
  const support::FreshSchema schema;
  Lonely worker{schema};
  PgNode other{
    schema, "other", {"elsewhere"}, {.listen = "127.0.0.1:0", .advertise = "127.0.0.1:1"}};

  other.supervisor.enqueue("count");
  CHECK(eventually([&] { return worker.done == 1; }));

  // Who is there.
  CHECK(sees_unlinked(*other.cluster, "lonely"));
  CHECK(sees_unlinked(worker.cluster, "other"));

  // A running job is cancelled.
  const auto job = other.supervisor.enqueue("wait");
  REQUIRE(eventually([&] { return worker.waiting == 1; }));
  other.supervisor.cancel(job.id);
  CHECK(eventually([&] { return worker.stopped == StopReason::lost_claim; }));
  CHECK(support::state_of(other.supervisor, job.id) == JobState::cancelled);

  // A queue is paused: what comes later to another queue is done, this is not.
  other.supervisor.pause_queue("default");
  CHECK(worker.supervisor.is_paused("default"));
  const auto paused = other.supervisor.enqueue("count").id;
  for (int i = 1; i <= 2; ++i) {
    other.supervisor.enqueue("second", "", {.queue = "second"});
    REQUIRE(eventually([&] { return worker.second == i; }));
  }
  CHECK(support::state_of(other.supervisor, paused) == JobState::available);
  CHECK(worker.done == 1);
  other.supervisor.resume_queue("default");
  CHECK(eventually([&] { return worker.done == 2; }));

  CHECK(other.linked() == 0);
}

TEST_CASE("a node whose lease is over is shown as lost") {
  const support::FreshSchema schema;
  PgNode a{schema, "a"};
  auto database = schema.connect();
  std::vector<NodeView> all;
  // The other node may find it dead, and bury it, before it is looked at.
  REQUIRE(eventually([&] {
    database.run("INSERT INTO zzz_jobs_nodes (name, beat, lease_s, session, started_at, address)"
                 " SELECT 'gone', 0, 30, false, 1, 'no address'"
                 " WHERE NOT EXISTS (SELECT FROM zzz_jobs_nodes WHERE name = 'gone')");
    all = a.cluster->nodes();
    return all.size() == 2;
  }));
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
