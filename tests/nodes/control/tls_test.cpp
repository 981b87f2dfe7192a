#include "nodes/control/asking.hpp"
#include "nodes/control/certificate.hpp"
#include "nodes/control/http_peer.hpp"
#include "support/catch.hpp"

#include <zzz_jobs/nodes/control/http_client.hpp>
#include <zzz_jobs/nodes/control/http_server.hpp>

#include <fstream>

using namespace zzz_jobs;
using namespace zzz_jobs::node::tests;
using zzz_jobs::node::HttpClient;
using zzz_jobs::node::HttpServer;
using zzz_jobs::support::has;
using namespace std::chrono_literals;

namespace {

struct TlsSite {
  TlsSite() { write_certificate(certificate, key); }

  [[nodiscard]] node::HttpServerSetting setting() const {
    return {.token = "secret", .certificate = certificate, .key = key, .idle_max = 2s};
  }

  support::TempFolder folder{};
  std::filesystem::path certificate = folder.path() / "node.crt";
  std::filesystem::path key = folder.path() / "node.key";
  Node node{};
};

} // namespace

TEST_CASE("the API is asked over TLS by who trusts the certificate", "[control]") {
  TlsSite site;
  const HttpServer server(site.setting(), site.node.api);
  const auto url = "https://" + server.address();
  HttpClient client({.url = url, .token = "secret", .ca = site.certificate});
  CHECK(post(client, "/jobs", R"({"worker": "w"})").status == 201);
  // More than one record, both ways.
  const std::string args(500'000, 'x');
  const auto id = post(client, "/jobs", Json{{"worker", "w"}, {"args", args}}.dump()).json.at("id");
  CHECK(get(client, "/jobs/" + id.dump()).json.at("args") == args);

  HttpClient distrusting({.url = url, .token = "secret"});
  CHECK_THROWS_WITH(distrusting.call({.path = "/api/v1/jobs"}), has(url));
  CHECK_THROWS_WITH(distrusting.call({.path = "/"}), has("give its CA with --ca"));
  HttpClient plain({.url = "http://" + server.address(), .token = "secret"});
  CHECK_THROWS_WITH(plain.call({.path = "/"}), has("wants https://"));
  HttpClient no_ca({.url = url, .token = "secret", .ca = site.folder.path() / "none"});
  CHECK_THROWS_WITH(no_ca.call({.path = "/"}), has("cannot be read as certificates"));
  HttpClient wrong_token({.url = url, .token = "x", .ca = site.certificate});
  CHECK(get(wrong_token, "/jobs").status == 401);
}

TEST_CASE("an address others can reach is taken with TLS and no token", "[control]") {
  TlsSite site;
  auto setting = site.setting();
  setting.token.clear();
  setting.listen = "0.0.0.0:0";
  const HttpServer server(std::move(setting), site.node.api);
  const auto port = server.address().substr(server.address().rfind(':'));
  HttpClient client({.url = "https://127.0.0.1" + port, .ca = site.certificate});
  CHECK(get(client, "/jobs").status == 401); // but it has no API
}

TEST_CASE("who does not speak TLS gets nothing, and holds up nobody", "[control]") {
  TlsSite site;
  const HttpServer server(site.setting(), site.node.api);
  HttpPeer silent(server.address());
  for (const auto* bytes :
       {"GET /livez HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x00\x01", "\n\n\n\n\n\n"})
    CHECK(say(server.address(), bytes).find("alive") == std::string::npos);
  HttpClient client(
    {.url = "https://" + server.address(), .token = "secret", .ca = site.certificate});
  CHECK(get(client, "/jobs").status == 200);
  CHECK(silent.all().empty()); // it was cut off
}

TEST_CASE("certificate and key are checked before anything listens", "[control]") {
  TlsSite site;
  auto setting = site.setting();
  const auto other = site.folder.path() / "other.key";
  write_certificate(site.folder.path() / "other.crt", other);
  std::ofstream(site.folder.path() / "empty") << "nothing";

  const auto refused = [&](const std::filesystem::path& certificate,
                           const std::filesystem::path& key) -> std::string {
    setting.certificate = certificate;
    setting.key = key;
    try {
      const HttpServer server(setting, site.node.api);
      return "";
    } catch (const Error& error) {
      CHECK(error.code() == errc::invalid_argument);
      return error.what();
    }
  };
  CHECK(refused(site.certificate, site.key).empty());
  CHECK_THAT(refused(site.certificate, other),
             has("must be the readable PEM key of the certificate"));
  CHECK_THAT(refused(site.folder.path() / "empty", site.key),
             has("must be a readable PEM certificate"));
  CHECK_THAT(refused(site.folder.path() / "missing", site.key), has("missing"));
  CHECK_THAT(refused(site.certificate, site.folder.path() / "missing"), has("missing"));
  CHECK_THAT(refused(site.certificate, ""), has("must be given together"));
  CHECK_THAT(refused("", site.key), has("must be given together"));
}
