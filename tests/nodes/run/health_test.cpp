// What a node says of its health, while what it depends on is taken away.
#include "nodes/cluster/tcp_proxy.hpp"
#include "nodes/control/named_cluster.hpp"
#include "nodes/run/node_program.hpp"
#include "support/catch.hpp"
#include "support/supervisors.hpp"
#ifdef ZZZ_JOBS_HAS_POSTGRES
#include "support/postgres.hpp"
#endif

#include <zzz_jobs/config/virtual_clock.hpp>
#include <zzz_jobs/nodes/run/node_health.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <sys/wait.h>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::support;

namespace {

using Json = nlohmann::json;

/// The check of this name; null if there is none.
Json check_of(const Json& health, const std::string& name) {
  for (const auto& check : health.at("checks"))
    if (check.at("name") == name)
      return check;
  return nullptr;
}

bool fails(const Json& health, const std::string& name) {
  const auto check = check_of(health, name);
  return check.is_object() && !check.at("ok") && !check.at("advice").get<std::string>().empty();
}

bool becomes(NodeProgram& node, const std::string& status) {
  return eventually([&] { return node.json("/api/v1/health").at("status") == status; });
}

/// The exit status of `zzz-jobs health`.
int verb_status(const NodeProgram& node, const std::string& socket) {
  const auto command = std::string{ZZZ_JOBS_PROGRAM} + " health --socket '"
    + node.path(socket).string() + "' > '" + node.path("verb").string() + "' 2>&1";
  return WEXITSTATUS(std::system(command.c_str()));
}

/// The exit status of a verb that is given the node's file alone.
int status_with_file(const NodeProgram& node, const std::string& verb) {
  const auto command = std::string{ZZZ_JOBS_PROGRAM} + " " + verb + " --config '"
    + node.path("node.toml").string() + "' > '" + node.path("verb").string() + "' 2>&1";
  return WEXITSTATUS(std::system(command.c_str()));
}

std::string text_of(const NodeProgram& node, const std::string& name) {
  std::ifstream file{node.path(name)};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// A node's, whose store is elsewhere.
std::string file_with(const std::string& store) {
  return "[store]\n" + store
    + "\n[control]\nsocket = \"jobs.db.sock\"\n[[queue]]\nname = \"default\"\n"
      "[[worker]]\nname = \"count\"\ncommand = [\"wc\", \"-c\"]\n";
}

/// A supervisor that has its store already.
class Opened final : public OpenStore {
public:
  explicit Opened(SupervisorConfig config = quick())
    : memory({.clock = clock}, std::move(config)) {}
  [[nodiscard]] AnySupervisor& supervisor() noexcept override { return memory; }
  [[nodiscard]] std::vector<HealthCheck> checks() override { return {}; }
  std::shared_ptr<testing::VirtualClock> clock = std::make_shared<testing::VirtualClock>();
  MemorySupervisor memory;
};

HealthCheck named(const std::vector<HealthCheck>& checks, const std::string& name) {
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [&](const HealthCheck& one) { return one.name == name; });
  REQUIRE(found != checks.end());
  return *found;
}

} // namespace

TEST_CASE("a node of a file is well, and says where it is not", "[node][health]") {
  NodeProgram node;
  node.start();
  REQUIRE(node.answers());
  CHECK(becomes(node, "ok"));
  const auto health = node.json("/api/v1/health");
  for (const auto* name : {"store", "workers", "disk"})
    CHECK(check_of(health, name).at("ok") == true);
  CHECK(check_of(health, "disk").at("text") == "has room"); // its path is relative
  CHECK(check_of(health, "links").is_null());
  CHECK(verb_status(node, "jobs.db.sock") == 0);
}

TEST_CASE("health and version --node are of a node, not of the file it would work on",
          "[node][health]") {
  NodeProgram node;
  node.start();
  REQUIRE(node.answers());
  CHECK(status_with_file(node, "health") == 0);
  CHECK(status_with_file(node, "version --node") == 0);
  node.process().signal(SIGTERM);
  REQUIRE(node.process().wait_for_end(end_limit) == 0);
  CHECK(status_with_file(node, "job list") == 0); // the idle file itself
  CHECK(status_with_file(node, "health") == 4);
  CHECK_THAT(text_of(node, "verb"), has("no node answers on"));
  CHECK(status_with_file(node, "version --node") == 75);
}

TEST_CASE("a node whose gateway cannot be reached is not well", "[node][health]") {
  NodeProgram gateway{std::string{common_file}
                      + "[cluster]\nlisten = \"127.0.0.1:0\"\ngateway = true\n"};
  gateway.start();
  REQUIRE(gateway.answers());
  const auto address = gateway.links_at();
  REQUIRE_FALSE(address.empty());
  node::test::TcpProxy proxy{
    static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)))};
  NodeProgram guest{file_with("url = \"" + proxy.url() + "\"")};
  guest.start();
  REQUIRE(guest.answers());
  REQUIRE(becomes(guest, "ok"));
  proxy.refuse(true);
  CHECK(becomes(guest, "failed"));
  CHECK(eventually([&] { return fails(guest.json("/api/v1/health"), "gateway"); }));
  CHECK(fails(guest.json("/api/v1/health"), "store"));
  CHECK(verb_status(guest, "jobs.db.sock") == 4);
  CHECK(verb_status(gateway, "jobs.db.sock") == 0);
  proxy.refuse(false);
  CHECK(becomes(guest, "ok"));
}

TEST_CASE("a link that is missing degrades a node, and says to whom", "[node][health]") {
  Opened store;
  store.memory.register_worker("w", [](std::string_view, JobContext&) {});
  node::tests::NamedCluster cluster;
  cluster.all = {
    {.name = "here", .state = "running", .self = true},
    {.name = "a", .state = "running", .address = "a:1", .version = "1", .linked = true},
    {.name = "b", .state = "running", .address = "b:1", .version = "1", .linked = true},
    {.name = "enqueues", .state = "running"},
    {.name = "gone", .state = "lost", .address = "gone:1", .version = "1"}};
  NodeConfig config;
  config.cluster.listen = "here:1";
  NodeHealth health{store, &cluster, config};
  CHECK(named(health.checks(), "links").text == "2 other nodes are linked");
  cluster.all[2].linked = false;
  // What was asked just now is not asked again.
  REQUIRE(eventually([&] { return !named(health.checks(), "links").ok; }));
  const auto checks = health.checks();
  const auto links = named(checks, "links");
  CHECK_THAT(links.text, has("no link to b at b:1"));
  CHECK_FALSE(links.advice.empty());
  CHECK_FALSE(links.vital);
}

TEST_CASE("a job that waits for a worker which is not there degrades a node", "[node][health]") {
  Opened store;
  NodeConfig config;
  SECTION("where there is no worker at all") {
    NodeHealth health{store, nullptr, config};
    REQUIRE(eventually([&] {
      const auto checks = health.checks();
      return !checks.empty() && !named(checks, "workers").ok;
    }));
    CHECK_THAT(named(health.checks(), "workers").text, has("no worker is known here"));
  }
  SECTION("but not where no queue is worked") {
    Opened admin{SupervisorConfig{.queues = {}, .log = log_nothing}};
    NodeHealth health{admin, nullptr, config};
    REQUIRE(eventually([&] { return !health.checks().empty(); }));
    CHECK(named(health.checks(), "workers").ok);
  }
  SECTION("where there is another one") {
    store.memory.register_worker("w", [](std::string_view, JobContext&) {});
    store.memory.enqueue("none");
    store.clock->advance(std::chrono::minutes{2});
    NodeHealth health{store, nullptr, config};
    REQUIRE(eventually([&] { return !health.checks().empty(); }));
    const auto checks = health.checks();
    const auto workers = named(checks, "workers");
    CHECK_FALSE(workers.ok);
    CHECK_THAT(workers.text, has("waits for worker \"none\""));
  }
}

#ifdef ZZZ_JOBS_HAS_POSTGRES
TEST_CASE("a node whose database is stopped fails, and is well when it is back",
          "[node][health][pg]") {
  PostgresServer server;
  NodeProgram node{file_with("kind = \"postgres\"\nurl = \"" + server.url() + "\"")};
  node.start();
  REQUIRE(node.answers());
  REQUIRE(becomes(node, "ok"));
  CHECK(check_of(node.json("/api/v1/health"), "watch").at("ok") == true);
  server.stop();
  CHECK(becomes(node, "failed"));
  CHECK(eventually([&] { return fails(node.json("/api/v1/health"), "watch"); }));
  const auto health = node.json("/api/v1/health");
  CHECK(fails(health, "store"));
  CHECK(check_of(health, "store").at("vital") == true);
  CHECK(check_of(health, "watch").at("vital") == false);
  CHECK(verb_status(node, "jobs.db.sock") == 4);
  server.start();
  CHECK(becomes(node, "ok"));
}
#endif
