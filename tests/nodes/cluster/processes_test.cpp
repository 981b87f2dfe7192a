#include "certificates.hpp"
#include "linked.hpp"

#include "support/catch.hpp"
#include "support/conversation.hpp"
#include "support/eventually.hpp"
#include "support/temp_folder.hpp"

#include <caf/all.hpp>

#include <csignal>
#include <cstdint>
#include <memory>
#include <sstream>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::test;
using support::eventually;

namespace {

/// See echo_main.cpp.
class EchoProcess {
public:
  explicit EchoProcess(const TlsSection& tls, std::uint16_t wanted = 0)
    : process_({ZZZ_JOBS_ECHO_NODE, std::to_string(wanted), tls.certificate, tls.key, tls.ca}) {
    std::istringstream{process_.answer()} >> port >> pid_;
  }
  ~EchoProcess() { send(SIGKILL); }
  EchoProcess(const EchoProcess&) = delete;
  EchoProcess& operator=(const EchoProcess&) = delete;
  void send(int signal) const { ::kill(pid_, signal); }

  std::uint16_t port = 0;

private:
  support::Conversation process_;
  pid_t pid_ = 0;
};

struct Certificates {
  support::TempFolder folder{};
  Authority authority{folder.path()};
  TlsSection server = authority.issue("server");
  TlsSection client = authority.issue("client");
};

} // namespace

TEST_CASE("a killed process is noticed at once, and linked again when it is back") {
  const Certificates of;
  auto server = std::make_unique<EchoProcess>(of.server);
  const auto port = server->port;
  EchoClient client{{port}, of.client};
  REQUIRE(eventually([&] { return client.ups() == 1; }));
  CHECK(client.hears_echo("alive"));
  for (int round = 1; round <= 3; ++round) {
    const auto killed = std::chrono::steady_clock::now();
    server->send(SIGKILL);
    REQUIRE(eventually([&] { return client.losses() == round; }));
    CHECK(std::chrono::steady_clock::now() - killed < std::chrono::seconds{2});
    server.reset();
    server = std::make_unique<EchoProcess>(of.server, port);
    REQUIRE(eventually([&] { return client.ups() == round + 1; }));
    CHECK(client.hears_echo("round " + std::to_string(round)));
  }
}

TEST_CASE("a process that stands still is noticed, and linked again when it goes on") {
  const Certificates of;
  EchoProcess server{of.server};
  EchoClient client{{server.port}, of.client};
  REQUIRE(eventually([&] { return client.ups() == 1; }));
  server.send(SIGSTOP);
  CHECK(eventually([&] { return client.losses() == 1; }));
  CHECK(eventually([&] { return client.failures() >= 1; }));
  server.send(SIGCONT);
  REQUIRE(eventually([&] { return client.ups() >= 2 && client.session(); }));
  CHECK(client.hears_echo("awake"));
}
