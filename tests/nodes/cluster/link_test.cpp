#include "certificates.hpp"
#include "linked.hpp"

#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/temp_folder.hpp"

#include <zzz_jobs/config/errc.hpp>

#include <caf/all.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::test;
using support::eventually;
using support::has;

namespace {

/// The tests of links run without and with TLS.
struct Security {
  explicit Security(bool on) {
    if (!on)
      return;
    const Authority authority{folder.path()};
    server = authority.issue("server");
    client = authority.issue("client");
  }
  support::TempFolder folder{};
  TlsSection server{};
  TlsSection client{};
};

/// A port where the kernel takes connections and nobody ever says a word.
class MutePort {
public:
  MutePort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&at), size) == 0);
    REQUIRE(::listen(socket_, 8) == 0);
    REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    port_ = ntohs(at.sin_port);
  }
  ~MutePort() { ::close(socket_); }
  MutePort(const MutePort&) = delete;
  MutePort& operator=(const MutePort&) = delete;
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
  int socket_;
  std::uint16_t port_ = 0;
};

} // namespace

TEST_CASE("a link comes up, carries what is said, and comes back after a restart") {
  const Security tls{GENERATE(false, true)};
  std::optional<EchoServer> server{std::in_place, tls.server};
  const auto port = server->port();
  EchoClient client{{port}, tls.client};
  const bool is_linked = eventually([&] { return client.ups() == 1; });
  INFO(client.reason());
  REQUIRE(is_linked);
  CHECK(client.hears_echo("one"));
  CHECK(client.hears_echo(std::string(3'000'000, 'x')));

  server.reset();
  REQUIRE(eventually([&] { return client.losses() == 1; }));
  REQUIRE(eventually([&] { return client.failures() >= 1; }));
  CHECK_THAT(client.reason(), has("127.0.0.1:" + std::to_string(port)));
  server.emplace(tls.server, port);
  REQUIRE(eventually([&] { return client.ups() == 2; }));
  CHECK(client.hears_echo("two"));
}

TEST_CASE("of several places a link takes the next one that answers") {
  std::optional<EchoServer> first{std::in_place};
  EchoServer second;
  EchoClient client{{first->port(), second.port()}};
  REQUIRE(eventually([&] { return client.linked_port() == first->port(); }));
  first.reset();
  REQUIRE(eventually([&] { return client.linked_port() == second.port(); }));
  CHECK(client.hears_echo("still here"));
}

TEST_CASE("a session that ends is asked for again, and one that its owner gives up") {
  EchoServer server;
  EchoClient client{{server.port()}};
  REQUIRE(eventually([&] { return client.ups() == 1; }));
  caf::anon_send_exit(client.session(), caf::exit_reason::user_shutdown);
  REQUIRE(eventually([&] { return client.ups() == 2; }));
  caf::anon_send(client.link(), LinkRestart{});
  REQUIRE(eventually([&] { return client.ups() == 3; }));
  CHECK(client.losses() == 2);
  CHECK(client.hears_echo("again"));
}

TEST_CASE("who is refused by the gatekeeper hears why") {
  EchoServer server;
  const auto [hello, text] = GENERATE(table<Hello, std::string>({
    {Hello{.kind = "nonsense"}, "takes no links of the kind \"nonsense\""},
    {Hello{.protocol = 99, .kind = "echo"}, "speaks version 1 of the protocol, not 99"},
  }));
  EchoClient client{{server.port()}, {}, hello};
  REQUIRE(eventually([&] { return client.failures() >= 1; }));
  CHECK_THAT(client.reason(), has(text));
  CHECK(client.ups() == 0);
}

TEST_CASE("a gatekeeper survives what authenticated nodes may send it") {
  EchoServer server;
  EchoClient client{{server.port()}};
  REQUIRE(eventually([&] { return client.ups() == 1; }));
  const auto door = server.gatekeeper().actor();
  caf::anon_send(door, std::string{"garbage"});
  caf::anon_send(door, hello_atom::value, caf::actor{}, std::string{"\xc1garbage"});
  caf::anon_send(door, hello_atom::value, client.session(), std::string(1000, '\xdd'));
  caf::anon_send(door, caf::make_error(caf::sec::runtime_error));
  caf::anon_send_exit(door, caf::exit_reason::user_shutdown);
  caf::anon_send(client.link(), LinkRestart{});
  REQUIRE(eventually([&] { return client.ups() == 2; }));
  CHECK(server.gatekeeper().actor() == door);

  caf::anon_send_exit(door, caf::exit_reason::kill);
  REQUIRE(eventually([&] { return server.gatekeeper().actor() != door; }));
  caf::anon_send(client.link(), LinkRestart{});
  REQUIRE(eventually([&] { return client.ups() == 3; }));
  CHECK(client.hears_echo("alive"));
}

TEST_CASE("without certificates only loopback is listened on and connected to") {
  Place place;
  Gatekeeper gatekeeper{place.system.system(), place.transport};
  CHECK_THROWS_WITH(gatekeeper.open({"0.0.0.0", 0}), has("must be a loopback address"));
  CHECK_THROWS_WITH(
    static_cast<void>(place.transport->connect({"192.0.2.1", 1}, std::chrono::seconds{1})),
    has("must be a loopback address"));
  CHECK(gatekeeper.open({"127.0.0.1", 0}) != 0);
}

TEST_CASE("a port that is taken is an error that names it") {
  EchoServer server;
  Place place;
  Gatekeeper gatekeeper{place.system.system(), place.transport};
  CHECK_THROWS_WITH(gatekeeper.open({"127.0.0.1", server.port()}),
                    has("cannot listen on 127.0.0.1:" + std::to_string(server.port())));
}

TEST_CASE("a port that takes connections and says nothing is left after the time limit") {
  const Security tls{GENERATE(false, true)};
  const MutePort mute;
  EchoServer server{tls.server};
  EchoClient client{{mute.port(), server.port()}, tls.client};
  REQUIRE(eventually([&] { return client.ups() == 1; }));
  CHECK(client.linked_port() == server.port());
  CHECK(client.failures() >= 1);
}
