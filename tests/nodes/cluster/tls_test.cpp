#include "certificates.hpp"
#include "linked.hpp"
#include "raw_client.hpp"
#include "raw_tls_server.hpp"

#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/temp_folder.hpp"

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/cluster/tls_context.hpp>

#include <openssl/ssl.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::test;
using std::chrono::hours;
using support::eventually;
using support::has;

namespace {

/// A cluster with its CA and a second, foreign one.
struct Cluster {
  support::TempFolder folder{};
  Authority authority{folder.path()};
  Authority foreign{folder.path(), "foreign"};
  TlsSection server = authority.issue("server");
};

std::string all(const std::vector<ConfigProblem>& problems) {
  std::string text;
  for (const auto& problem : problems)
    text += problem.key + " " + problem.rule + "\n";
  return text;
}

std::string content(const std::filesystem::path& file) {
  std::ifstream stream{file};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

void overwrite(const std::filesystem::path& file, const std::string& text) {
  std::ofstream{file} << text;
}

} // namespace

TEST_CASE("a server greets only clients with a certificate of its CA") {
  const Cluster cluster;
  EchoServer server{cluster.server};
  const auto greeting = [&](const std::optional<TlsSection>& tls, int version = 0) {
    return first_bytes_over_tls(server.port(), tls, version);
  };
  CHECK(!greeting(cluster.authority.issue("good")).empty());
  CHECK(greeting(cluster.foreign.issue("wrong")).empty());
  CHECK(greeting(cluster.authority.issue("self", {.self_signed = true})).empty());
  CHECK(greeting(cluster.authority.issue("old", {.begins = hours{-9}, .ends = hours{-1}})).empty());
  CHECK(greeting(cluster.authority.issue("early", {.begins = hours{1}})).empty());
  CHECK(greeting(cluster.authority.issue("server-only", {.use = "serverAuth"})).empty());
  CHECK(greeting(std::nullopt).empty());
  CHECK(greeting(cluster.authority.issue("good"), TLS1_2_VERSION).empty());
  CHECK(!greeting(cluster.authority.issue("good")).empty()); // still
}

TEST_CASE("a server refuses clients of another CA, and plain ones do not get on with others") {
  const Cluster cluster;
  EchoServer server{cluster.server};
  EchoServer plain_server;
  EchoClient good{{server.port()}, cluster.authority.issue("good")};
  EchoClient foreign{{server.port()}, cluster.foreign.issue("wrong")};
  EchoClient plain{{server.port()}};
  EchoClient to_plain{{plain_server.port()}, cluster.authority.issue("client")};
  REQUIRE(eventually([&] { return good.ups() == 1; }));
  for (auto* refused : {&foreign, &plain, &to_plain}) {
    CHECK(eventually([&] { return refused->failures() >= 2; }));
    CHECK(refused->ups() == 0);
  }
  CHECK_THAT(foreign.reason(), has("certificates"));
  CHECK(good.hears_echo("undisturbed"));
  CHECK(good.losses() == 0);
}

TEST_CASE("a client refuses a server of another CA, even one that would take it") {
  const Cluster cluster;
  // It lets clients of both CAs in: if a link fails, that is because of the client.
  auto foreign = cluster.foreign.issue("foreign");
  foreign.ca = cluster.folder.path() / "both.crt";
  overwrite(foreign.ca, content(cluster.foreign.file()) + content(cluster.authority.file()));
  EchoServer server{foreign};
  const auto files = cluster.authority.issue("good");
  auto of_both = files;
  of_both.ca = foreign.ca;
  EchoClient credulous{{server.port()}, of_both};
  EchoClient good{{server.port()}, files};
  REQUIRE(eventually([&] { return credulous.ups() == 1; }));
  CHECK(eventually([&] { return good.failures() >= 3; }));
  CHECK(good.ups() == 0);
  CHECK_THAT(good.reason(), has("are the certificates of one CA and in force?"));
  CHECK(credulous.hears_echo("undisturbed"));
  CHECK(credulous.losses() == 0);
}

TEST_CASE("a client refuses a server whose certificate is not one of its CA's, or not in force") {
  const Cluster cluster;
  using Wish = Authority::Wish;
  const auto& ca = cluster.authority;
  const std::pair<const char*, TlsSection> wrong[] = {
    {"of another CA", cluster.foreign.issue("foreign")},
    {"self-signed", ca.issue("self", Wish{.self_signed = true})},
    {"expired", ca.issue("old", Wish{.begins = hours{-9}, .ends = hours{-1}})},
    {"not yet valid", ca.issue("early", Wish{.begins = hours{1}})},
    {"for clients only", ca.issue("client-only", Wish{.use = "clientAuth"})},
  };
  for (const auto& [what, shown] : wrong) {
    INFO(what);
    RawTlsServer server{shown};
    EchoClient client{{server.port()}, ca.issue("good")};
    CHECK(eventually([&] { return client.failures() >= 2 && server.refused() >= 2; }));
    CHECK(server.believed() == 0);
    CHECK(client.ups() == 0);
    CHECK_THAT(client.reason(), has("are the certificates of one CA and in force?"));
  }
  // The same server with a good one is believed.
  RawTlsServer right{ca.issue("right")};
  EchoClient other{{right.port()}, ca.issue("other")};
  CHECK(eventually([&] { return right.believed() >= 1; }));
}

TEST_CASE("certificates that cannot work are found before anything listens") {
  const Cluster cluster;
  auto files = cluster.authority.issue("node");
  CHECK(problems_of(files).empty());

  SECTION("missing files") {
    files.certificate = cluster.folder.path() / "none.crt";
    files.key = "";
    files.ca = cluster.folder.path();
    const auto text = all(problems_of(files));
    CHECK_THAT(text, has("cluster.certificate must be a file that can be read"));
    CHECK_THAT(text, has("cluster.key must be set"));
    CHECK_THAT(text, has("cluster.ca must"));
  }
  SECTION("no PEM") {
    overwrite(files.certificate, "nonsense");
    overwrite(files.key, "nonsense");
    overwrite(files.ca, "nonsense");
    const auto text = all(problems_of(files));
    CHECK_THAT(text, has("cluster.certificate must hold a certificate"));
    CHECK_THAT(text, has("cluster.key must hold a private key"));
    CHECK_THAT(text, has("cluster.ca must hold the CA's certificate"));
  }
  SECTION("another one's key") {
    files.key = cluster.authority.issue("other").key;
    CHECK_THAT(all(problems_of(files)), has("cluster.key must be that of"));
  }
  SECTION("expired") {
    files = cluster.authority.issue("old", {.begins = hours{-9}, .ends = hours{-1}});
    CHECK_THAT(all(problems_of(files)), has("certificate has expired"));
  }
  SECTION("not yet") {
    files = cluster.authority.issue("early", {.begins = hours{1}});
    CHECK_THAT(all(problems_of(files)), has("not yet valid"));
  }
  SECTION("another CA") {
    files.ca = cluster.foreign.file();
    CHECK_THAT(all(problems_of(files)), has("signed by cluster.ca"));
  }
  SECTION("good for one role only") {
    files = cluster.authority.issue("half", {.use = "serverAuth"});
    CHECK_THAT(all(problems_of(files)), has("good for client use"));
  }
  CHECK_THROWS_AS(Place{files}, Error);
}

TEST_CASE("renewed certificates are taken over, broken ones are not") {
  const Cluster cluster;
  EchoServer server{cluster.server};
  auto& transport = *server.place().transport;
  const auto client = cluster.authority.issue("client");
  const auto greets = [&] { return !first_bytes_over_tls(server.port(), client).empty(); };
  REQUIRE(greets());

  // The files may even be gone: connections read none.
  std::filesystem::remove(cluster.server.certificate);
  transport.look_at_files();
  CHECK(greets());
  overwrite(cluster.server.certificate, "half written");
  transport.look_at_files();
  CHECK(greets());

  // Another CA from now on.
  const auto renewed = cluster.foreign.issue("server");
  std::filesystem::copy_file(cluster.foreign.file(), cluster.server.ca,
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(greets());
  transport.look_at_files();
  CHECK(!greets());
  CHECK(!first_bytes_over_tls(server.port(), cluster.foreign.issue("client")).empty());
}

TEST_CASE("who connects and shows no certificate is cut after some seconds") {
  const Cluster cluster;
  EchoServer server{cluster.server};
  const RawClient silent{server.port()};
  const RawClient slow{server.port()};
  slow.send("\x16\x03\x01"); // begins a handshake
  REQUIRE(eventually([&] { return server.place().transport->pending_handshakes() == 2; }));
  CHECK(silent.is_ended_within(std::chrono::seconds{20}));
  CHECK(slow.is_ended_within(std::chrono::seconds{20}));
  CHECK(eventually([&] { return server.place().transport->pending_handshakes() == 0; }));
}
