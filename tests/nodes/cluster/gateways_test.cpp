// Gateways of a cluster: nodes of one PostgreSQL that others work through.
#include "certificates.hpp"
#include "pg_cluster.hpp"

#include "support/supervisors.hpp"
#include "support/temp_folder.hpp"

#include <zzz_jobs/nodes/cluster/remote_store.hpp>

#include <atomic>
#include <memory>
#include <vector>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::test;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

namespace {

/// A node of the database that takes guests and runs nothing of theirs itself.
class PgGateway {
public:
  PgGateway(const FreshSchema& schema, const std::string& name, const TlsSection& tls)
    : supervisor_({.url = SharedPostgres::get().url(), .schema = schema.name(), .log = log_nothing},
                  PgNode::patient({"home"})),
      cluster_(supervisor_,
               {.section = {.listen = "127.0.0.1:0", .tls = tls, .gateway = true},
                .name = name,
                .log = log_nothing}) {
    supervisor_.start();
  }
  [[nodiscard]] std::string url() const { return "zzz://" + cluster_.address(); }
  [[nodiscard]] PgSupervisor& supervisor() noexcept { return supervisor_; }
  [[nodiscard]] Cluster& cluster() noexcept { return cluster_; }

private:
  PgSupervisor supervisor_;
  Cluster cluster_;
};

RemoteStore::Config guest_config(std::vector<std::string> gateways, const TlsSection& tls = {}) {
  return {.gateways = std::move(gateways),
          .name = "guest",
          .tls = tls,
          .connect_timeout = 20s,
          .patience = 100ms,
          .log = log_nothing};
}

} // namespace

TEST_CASE("guests of two gateways do every job, though gateways come and go") {
  const FreshSchema schema;
  const TempFolder folder;
  const Authority authority{folder.path()};
  const auto tls = authority.issue("gateway");
  auto one = std::make_unique<PgGateway>(schema, "one", tls);
  auto two = std::make_unique<PgGateway>(schema, "two", tls);
  PgSupervisor enqueuer{
    {.url = SharedPostgres::get().url(), .schema = schema.name(), .log = log_nothing},
    PgNode::patient({"elsewhere"})};
  std::atomic<int> runs{0};
  std::vector<std::unique_ptr<Supervisor<RemoteStore>>> guests;
  for (const auto& name : {"guest_a", "guest_b"}) {
    guests.push_back(std::make_unique<Supervisor<RemoteStore>>(
      guest_config({one->url(), two->url()}, authority.issue(name)), PgNode::patient({"default"})));
    guests.back()->register_worker("w", [&](std::string_view, JobContext&) { ++runs; },
                                   {.max_attempts = 100});
    guests.back()->start();
  }
  constexpr int jobs = 400;
  const auto all_done = [&](int rounds) {
    return eventually(
      [&] { return enqueuer.count_by_state("default", JobState::completed) == rounds * jobs; },
      60s);
  };
  enqueuer.enqueue_many(std::vector<JobRequest>(jobs, {"w", "", {}}));
  REQUIRE(all_done(1));
  enqueuer.enqueue_many(std::vector<JobRequest>(jobs, {"w", "", {}}));
  one.reset(); // with jobs of its guests under way
  REQUIRE(all_done(2));
  one = std::make_unique<PgGateway>(schema, "one again", tls);
  enqueuer.enqueue_many(std::vector<JobRequest>(jobs, {"w", "", {}}));
  REQUIRE(all_done(3));
  CHECK(runs >= 3 * jobs);
  CHECK(enqueuer.count_by_state("default", JobState::executing) == 0);
}

TEST_CASE("what guests run goes along when their gateway is stopped in order") {
  const FreshSchema schema;
  const TempFolder folder;
  const Authority authority{folder.path()};
  const auto tls = authority.issue("gateway");
  auto one = std::make_unique<PgGateway>(schema, "one", tls);
  PgGateway two{schema, "two", tls};
  Log log;
  auto config = guest_config({one->url(), two.url()}, tls);
  config.log = log.sink();
  Door door;
  std::atomic<int> runs{0};
  std::atomic<int> stopped{0};
  Supervisor<RemoteStore> guest{std::move(config), PgNode::patient({"default"})};
  guest.register_worker("w", [&](std::string_view, JobContext& context) {
    ++runs;
    door.wait();
    stopped += context.stop_requested() ? 1 : 0;
  });
  guest.start();
  const auto jobs = guest.enqueue_many(std::vector<JobRequest>(20, {"w", "", {}}));
  REQUIRE(eventually([&] { return runs == 4; }));
  REQUIRE(guest.store().node_id() == one->supervisor().store().node_id());

  one->cluster().announce_stop();
  CHECK(one->cluster().guests_idle_by(std::chrono::steady_clock::now() + 60s));
  CHECK(one->supervisor().stop());
  one.reset();
  CHECK(log.has("gateway_changed"));
  door.open();
  for (const auto& job : jobs) {
    REQUIRE(comes_to(two.supervisor(), job.id, JobState::completed));
    CHECK(two.supervisor().get(job.id)->attempts_used() == 1);
  }
  CHECK(runs == 20);
  CHECK(stopped == 0);
  CHECK(guest.stats().outcomes_refused == 0);
  CHECK(two.supervisor().stats().rescued == 0);
}

TEST_CASE("gateways that are stopped in order one after the other cost no attempt") {
  const FreshSchema schema;
  const TempFolder folder;
  const auto tls = Authority{folder.path()}.issue("node");
  std::vector<std::unique_ptr<PgGateway>> gateways;
  std::vector<std::string> urls;
  for (int i = 0; i < 4; ++i) {
    gateways.push_back(std::make_unique<PgGateway>(schema, "gateway", tls));
    urls.push_back(gateways.back()->url());
  }
  std::atomic<int> runs{0};
  Supervisor<RemoteStore> guest{guest_config(urls, tls), PgNode::patient({"default"})};
  guest.register_worker("w", [&](std::string_view, JobContext&) { ++runs; });
  guest.start();
  constexpr int jobs = 3000;
  auto& last = gateways.back()->supervisor();
  for (std::size_t i = 0; i < 3; ++i) {
    last.enqueue_many(std::vector<JobRequest>(jobs / 3, {"w", "", {}}));
    const auto some = runs + 10;
    REQUIRE(eventually([&] { return runs >= some; }));
    gateways[i]->cluster().announce_stop();
    CHECK(gateways[i]->cluster().guests_idle_by(std::chrono::steady_clock::now() + 60s));
    gateways[i].reset();
  }
  CHECK(
    eventually([&] { return last.count_by_state("default", JobState::completed) == jobs; }, 60s));
  CHECK(runs == jobs);
  CHECK(last.stats().rescued == 0);
  CHECK(guest.stats().outcomes_refused == 0);
  auto database = schema.connect();
  CHECK(database.value("SELECT max(attempt - free_attempts) FROM zzz_jobs") == "1");
}

TEST_CASE("a guest without a certificate of the cluster's is no guest") {
  const FreshSchema schema;
  const TempFolder folder;
  const TempFolder elsewhere;
  const Authority authority{folder.path()};
  PgGateway gateway{schema, "gateway", authority.issue("gateway")};
  auto plain = guest_config({gateway.url()});
  plain.connect_timeout = 1s;
  CHECK_THROWS_AS(RemoteStore{plain}, Error);
  auto foreign = guest_config({gateway.url()}, Authority{elsewhere.path()}.issue("stranger"));
  foreign.connect_timeout = 1s;
  CHECK_THROWS_AS(RemoteStore{foreign}, Error);
  RemoteStore guest{guest_config({gateway.url()}, authority.issue("guest"))};
  CHECK(guest.node_id() == gateway.supervisor().store().node_id());
  const auto nodes = guest.nodes();
  CHECK(std::any_of(nodes.begin(), nodes.end(),
                    [&](const NodeRecord& node) { return node.id == guest.node_id(); }));
}

TEST_CASE("a node that is no gateway takes no guests") {
  const FreshSchema schema;
  PgNode node{schema, "no gateway"};
  auto config = guest_config({"zzz://" + node.cluster->address()});
  config.connect_timeout = 1s;
  try {
    RemoteStore store{config};
    FAIL("it was let in");
  } catch (const Error& error) {
    CHECK(error.code() == errc::unavailable);
    CHECK(std::string{error.what()}.find("\"store\"") != std::string::npos);
  }
}
