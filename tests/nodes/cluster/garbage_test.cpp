#include "certificates.hpp"
#include "linked.hpp"
#include "raw_client.hpp"

#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/temp_folder.hpp"

#include <zzz_jobs/nodes/cluster.hpp>
#include <zzz_jobs/nodes/cluster/transport.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include <sys/resource.h>

#include <random>
#include <vector>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::test;
using support::eventually;

namespace {

/// The most that this process has used so far.
std::size_t peak_bytes() {
  rusage usage{};
  REQUIRE(getrusage(RUSAGE_SELF, &usage) == 0);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

/// What somebody who is no node may send to a port.
class Garbage {
public:
  explicit Garbage(std::uint16_t port) : port_(port) {}

  void send_one(int number) {
    RawClient client{port_};
    switch (number % 5) {
      case 0: return; // connects and leaves, as a port scanner
      case 1: client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"); return;
      case 2: client.send(random_bytes(1 + random_() % 2000)); return;
      case 3: client.send("\x16\x03\x01\x40" + random_bytes(600)); return; // like a ClientHello
      default: // stays, and says nothing
        if (silent_.size() < silent_max)
          silent_.push_back(std::move(client));
        else
          silent_[static_cast<std::size_t>(number) % silent_max].send(random_bytes(8));
    }
  }

  [[nodiscard]] bool is_first_silent_one_cut() const {
    return silent_.front().is_ended_within(std::chrono::seconds{20});
  }

private:
  static constexpr std::size_t silent_max = 400; // below what a process may have open
  std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    for (auto& byte : bytes)
      byte = static_cast<char>(random_());
    return bytes;
  }

  std::uint16_t port_;
  std::mt19937 random_{4711};
  std::vector<RawClient> silent_{};
};

} // namespace

TEST_CASE("ten thousand garbage connections harm no node, no link and no job") {
  const support::TempFolder folder;
  const Authority authority{folder.path()};
  MemorySupervisor supervisor{{}, {.queues = {{.name = "default"}}, .log = log_nothing}};
  std::atomic<int> done{0};
  supervisor.register_worker("count", [&](std::string_view, JobContext&) { ++done; });
  supervisor.start();

  Cluster cluster{
    supervisor,
    {.section = {.listen = "127.0.0.1:0", .tls = authority.issue("node")}, .log = log_nothing}};
  cluster.gatekeeper().add_kind("echo", [](const Hello&, const caf::actor& client) {
    return Session{client, "you talk to yourself"};
  });
  const auto port = parse_endpoint("address", cluster.address()).port;
  EchoClient healthy{{port}, authority.issue("healthy")};
  REQUIRE(eventually([&] { return healthy.ups() == 1; }));

  Garbage garbage{port};
  for (int i = 0; i < 1000; ++i) // what a busy node needs anyway
    garbage.send_one(i);
  [[maybe_unused]] const auto before = peak_bytes();
  constexpr int connections = 10'000;
  for (int i = 0; i < connections; ++i) {
    garbage.send_one(i);
    if (i % 10 == 0)
      supervisor.enqueue("count");
  }
  // Connections are taken in their order: all before this one have been.
  CHECK(!first_bytes_over_tls(port, authority.issue("late")).empty());
  CHECK(cluster.transport()->pending_handshakes() <= PendingHandshakes::count_max);
  CHECK(garbage.is_first_silent_one_cut());
  CHECK(eventually([&] { return done == connections / 10; }));
  CHECK(healthy.hears_echo("still there"));
  CHECK(healthy.losses() == 0);
#ifndef __SANITIZE_ADDRESS__ // which keeps what is freed
  constexpr std::size_t growth_max = std::size_t{64} << 20;
  CHECK(peak_bytes() < before + growth_max);
#endif
  supervisor.stop();
}
