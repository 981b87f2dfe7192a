// A gateway and its guest as processes, and how the gateway ends.
#include "nodes/run/node_program.hpp"
#include "support/catch.hpp"

#include <csignal>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

namespace {

constexpr const char* gateway_file = R"(
[node]
shutdown_timeout = "60s"
[store]
path = "jobs.db"
[cluster]
listen = "127.0.0.1:0"
gateway = true
)";

std::string guest_file(const std::string& address) {
  std::string file = common_file;
  const std::string store = "path = \"jobs.db\"";
  file.replace(file.find(store), store.size(), "url = \"zzz://" + address + "\"");
  return file + "[control]\nsocket = \"jobs.db.sock\"\n";
}

/// Connections of this machine's processes to the port of an address.
int connections_to(const std::string& address) {
  const auto port = std::stoul(address.substr(address.rfind(':') + 1));
  std::ifstream table{"/proc/net/tcp"};
  std::string line;
  std::getline(table, line); // its head
  int count = 0;
  for (std::string number, from, to, state; table >> number >> from >> to >> state;) {
    std::getline(table, line);
    const bool is_established = state == "01";
    count += is_established && std::stoul(to.substr(to.find(':') + 1), nullptr, 16) == port ? 1 : 0;
  }
  return count;
}

} // namespace

TEST_CASE("a guest is linked with its gateway once, for jobs and as a peer", "[node][gateway]") {
  NodeProgram gateway{gateway_file};
  gateway.start();
  REQUIRE(gateway.answers());
  const auto address = gateway.links_at();
  NodeProgram guest{guest_file(address)};
  guest.start();
  REQUIRE(guest.answers());
  const auto id = gateway.enqueue("count", "four");
  REQUIRE(gateway.reaches(id, "completed"));
  REQUIRE(gateway.has_linked(1));
  CHECK(connections_to(address) == 1);
  guest.process().signal(SIGTERM);
  CHECK(guest.process().wait_for_end(end_limit) == 0);
}

TEST_CASE("a gateway that is told to end waits for what its guests run", "[node][gateway]") {
  NodeProgram gateway{gateway_file};
  gateway.start();
  REQUIRE(gateway.answers());
  NodeProgram guest{guest_file(gateway.links_at())};
  guest.start();
  REQUIRE(guest.answers());
  const auto running = gateway.enqueue("wait");
  REQUIRE(eventually([&] { return std::filesystem::exists(guest.path("started")); }));
  gateway.process().signal(SIGTERM);
  REQUIRE(guest.has_logged("gateway_leaving"));
  const auto behind = guest.enqueue("count");
  CHECK_FALSE(gateway.process().has_ended());
  const bool hurried = GENERATE(false, true);
  if (hurried)
    gateway.process().signal(SIGTERM);
  else
    std::ofstream{guest.path("open")} << "\n";
  CHECK(gateway.process().wait_for_end(end_limit) == 0);
  CHECK((gateway.log().find("guests_interrupted") != std::string::npos) == hurried);
  guest.process().kill();

  gateway.start();
  REQUIRE(gateway.answers());
  const auto job = gateway.json("/api/v1/jobs/" + std::to_string(running));
  CHECK(job.at("state") == (hurried ? "available" : "completed"));
  CHECK(job.at("attempt").get<int>() - job.at("free_attempts").get<int>() == (hurried ? 0 : 1));
  CHECK(gateway.state(behind) == "available");
}
