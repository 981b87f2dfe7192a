#include "nodes/control/asking.hpp"
#include "nodes/control/http_peer.hpp"
#include "support/catch.hpp"

#include <zzz_jobs/nodes/control/http_client.hpp>
#include <zzz_jobs/nodes/control/http_server.hpp>

#include <atomic>
#include <optional>
#include <random>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::node::tests;
using zzz_jobs::node::HttpClient;
using zzz_jobs::node::HttpServer;
using zzz_jobs::support::Door;
using zzz_jobs::support::eventually;
using zzz_jobs::support::has;
using namespace std::chrono_literals;

namespace {

/// A node's Api over HTTP.
struct Site {
  explicit Site(node::HttpServerSetting setting = {.token = "secret"})
    : server(std::move(setting), node.api) {}

  [[nodiscard]] std::string url() const { return "http://" + server.address(); }
  [[nodiscard]] std::string get(const std::string& target, const std::string& headers = "") const {
    return say(server.address(),
               "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers
                 + "\r\n");
  }
  [[nodiscard]] std::string post(const std::string& target, const std::string& headers,
                                 const std::string& body = "") const {
    return say(server.address(),
               "POST " + target
                 + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n"
                   "Connection: close\r\n"
                 + headers + "\r\n" + body);
  }

  Node node{};
  HttpServer server;
};

/// Answers once its door is open.
class Waiting : public node::ApiChannel {
public:
  node::ApiAnswer call(const node::ApiRequest&) override {
    door.wait();
    return {.status = 200, .body = "{}"};
  }
  Door door{};
};

std::string status_line(const std::string& answer) {
  return answer.substr(0, answer.find("\r\n"));
}

std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

errc code_of(node::ApiChannel& channel, const node::ApiRequest& request) {
  try {
    channel.call(request);
    return errc{};
  } catch (const Error& error) {
    return error.code();
  }
}

} // namespace

TEST_CASE("the API is asked over HTTP, with the token", "[control]") {
  Site site;
  HttpClient client({.url = site.url(), .token = "secret"});
  const auto done =
    post(client, "/jobs", R"({"worker": "w", "args": "\"ä\n\"", "queue": "a/b ?&=#%"})");
  REQUIRE(done.status == 201);
  CHECK(get(client, "/jobs/1").json.at("args") == "\"ä\n\"");
  CHECK(get(client, "/jobs", {{"queue", "a/b ?&=#%"}}).json.at("jobs").size() == 1);
  CHECK(get(client, "/jobs", {{"queue", "a"}}).json.at("jobs").empty());
  CHECK(post(client, "/queues/a/b ?&=#%/pause").json.at("queue") == "a/b ?&=#%");
  CHECK(post(client, "/jobs/1/cancel").json.at("was") == "available");
  CHECK(ask(client, "DELETE", "/jobs/1").status == 200);
  CHECK(get(client, "/jobs/1").code() == "job_not_found");
  CHECK(get(client, "/jobs", {{"state", "x"}}).status == 400);
}

TEST_CASE("without the token the API answers 401, whatever is asked", "[control]") {
  Site site;
  const auto token = GENERATE(as<std::string>{}, "", "wrong", "secre", "secrets", "Secret");
  HttpClient client({.url = site.url(), .token = token});
  for (const auto* path : {"/jobs", "/health", "/none"})
    CHECK(get(client, path).status == 401);
  const auto refused = post(client, "/jobs", R"({"worker": "w"})");
  CHECK(refused.status == 401);
  CHECK(refused.code() == "unauthorized");
  CHECK(site.node.supervisor.counts().empty());
  for (const auto* header : {"Authorization: Basic secret\r\n", "Authorization: secret\r\n",
                             "Authorization: Bearer\r\n", "Authorization: Bearersecret\r\n"})
    CHECK_THAT(status_line(site.get("/api/v1/jobs", header)), has("401"));
  CHECK_THAT(site.get("/api/v1/jobs"), has("WWW-Authenticate: Bearer"));
  CHECK_THAT(status_line(site.get("/api/v1/jobs", "Authorization: bearer secret\r\n")), has("200"));
}

TEST_CASE("without a token in the node's file the API is not offered", "[control]") {
  Site site(node::HttpServerSetting{});
  CHECK_THAT(site.get("/api/v1/jobs"), has("401") && has("the node's file sets none"));
  CHECK_THAT(site.get("/api/v1/jobs", "Authorization: Bearer \r\n"), has("401"));
  CHECK_THAT(site.get("/livez"), has("200 OK") && has("alive"));
}

TEST_CASE("an address that is not loopback needs a token or TLS", "[control]") {
  Node node;
  const auto listen = GENERATE(as<std::string>{}, "0.0.0.0:0", "[::]:0", "192.0.2.1:80");
  CHECK_THROWS_WITH(HttpServer({.listen = listen}, node.api), has("needs a token or TLS"));
}

TEST_CASE("what is no address, or is taken, is refused", "[control]") {
  Node node;
  const auto listen = GENERATE(as<std::string>{}, "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999",
                               "localhost:80", "::1:80", "127.0.0.1:8x", "[127.0.0.1]:80", ":80");
  CHECK_THROWS_WITH(HttpServer({.listen = listen}, node.api), has("listen: must be ADDRESS:PORT"));
  const HttpServer first({}, node.api);
  CHECK_THROWS_WITH(HttpServer({.listen = first.address()}, node.api), has(first.address()));
}

TEST_CASE("a place that others can reach shows its facts to who has the token", "[control]") {
  Site site({.listen = "0.0.0.0:0", .token = "secret", .metrics = [] { return "m 1\n"; }});
  for (const auto* path : {"/metrics", "/readyz"}) {
    CHECK_THAT(status_line(site.get(path)), has("401"));
    CHECK_THAT(status_line(site.get(path, "Authorization: Bearer secret\r\n")), has("200"));
  }
  CHECK_THAT(status_line(site.get("/livez")), has("200"));
}

TEST_CASE("liveness never asks the store, readiness does", "[control]") {
  Site site;
  CHECK(body_of(site.get("/readyz")) == "ready\n");
  CHECK(body_of(site.get("/readyz?verbose")) == "[+] store: memory answers\nready\n");
  Door door;
  std::thread holding([&] { site.node.supervisor.with_store([&](AnyStore&) { door.wait(); }); });
  REQUIRE(door.has_waiting(1));
  CHECK_THAT(site.get("/livez"), has("200 OK"));
  std::string readiness;
  const bool noticed = eventually([&] { // an answer just given may be given again
    readiness = site.get("/readyz");
    return readiness.find("503") != std::string::npos;
  });
  door.open();
  holding.join();
  CHECK(noticed);
  CHECK_THAT(readiness, has("503") && has("[-] store: no answer for") && has("not ready"));
}

TEST_CASE("metrics are passed on, and what there is not is 404", "[control]") {
  Site with({.metrics = [] { return std::string{"# TYPE a counter\na 1\n"}; }});
  CHECK_THAT(with.get("/metrics"), has("text/plain; version=0.0.4") && has("\na 1\n"));
  Site without;
  CHECK_THAT(status_line(without.get("/metrics")), has("404"));
  CHECK_THAT(status_line(without.get("/nothing")), has("404"));
  CHECK_THAT(status_line(without.get("/../etc/passwd")), has("404"));
  CHECK_THAT(status_line(without.post("/livez", "")), has("405"));
}

TEST_CASE("several requests over one connection are answered in turn", "[control]") {
  Site site;
  HttpPeer peer(site.server.address());
  for (int i = 0; i < 20; ++i) {
    REQUIRE(peer.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"));
    CHECK_THAT(peer.until("alive\n"), has("200 OK"));
  }
  // And sent at once.
  std::string all;
  for (int i = 0; i < 20; ++i)
    all += "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
  REQUIRE(peer.send(all));
  for (int i = 0; i < 20; ++i)
    CHECK_THAT(peer.until("alive\n"), has("200 OK"));
}

TEST_CASE("HEAD says what GET would, without the body", "[control]") {
  Site site;
  const auto head =
    say(site.server.address(), "HEAD /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK_THAT(head, has("200 OK") && has("Content-Length: 6"));
  CHECK(body_of(head).empty());
}

TEST_CASE("a body comes with its length or in pieces", "[control]") {
  Site site;
  const std::string job = R"({"worker": "w"})";
  CHECK_THAT(site.post("/api/v1/jobs", "Content-Length: 15\r\n", job), has("201"));
  CHECK_THAT(site.post("/api/v1/jobs", "Transfer-Encoding: chunked\r\n",
                       "5\r\n{\"wor\r\na\r\nker\": \"w\"}\r\n0\r\n\r\n"),
             has("201"));
  // As curl sends it by default: not read as a form.
  CHECK_THAT(site.post("/api/v1/jobs",
                       "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 15\r\n",
                       job),
             has("201"));
  CHECK_THAT(site.post("/api/v1/jobs/1/cancel", ""), has("200 OK"));
  CHECK(site.node.supervisor.count_by_state("default", JobState::available) == 2);
}

TEST_CASE("what cannot be read safely is refused, and the connection ends", "[control]") {
  Site site({.token = "secret", .body_bytes_max = 1000});
  const auto refused = [&](const std::string& headers, const std::string& body = "") {
    return status_line(site.post("/api/v1/jobs", headers, body)).substr(9, 3);
  };
  CHECK(refused("Content-Length: 1001\r\n", std::string(1001, ' ')) == "413");
  CHECK(refused("Content-Length: 99999999999999999\r\n") == "413");
  CHECK(refused("Content-Length: 9999999999999999999999\r\n") == "400");
  CHECK(refused("Content-Length: -1\r\n") == "400");
  CHECK(refused("Content-Length: 5\r\nContent-Length: 6\r\n", "{}{}{}") == "400");
  CHECK(refused("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n") == "400");
  CHECK(refused("Transfer-Encoding: gzip\r\n") == "501");
  CHECK(refused("Content-Encoding: gzip\r\nContent-Length: 5\r\n", "12345") == "415");
  CHECK(refused("Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5\r\n", "--x--")
        == "415");
  CHECK(
    refused("Transfer-Encoding: chunked\r\n", "7d0\r\n" + std::string(2000, ' ') + "\r\n0\r\n\r\n")
    == "413");
  CHECK(refused("Transfer-Encoding: chunked\r\n", "zz\r\n") == "400");
  CHECK(site.node.supervisor.counts().empty());
}

TEST_CASE("a smuggled request behind a refused body is never answered", "[control]") {
  Site site;
  HttpPeer peer(site.server.address());
  REQUIRE(peer.send("GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n"
                    "GET /livez HTTP/1.1\r\nHost: smuggled\r\n\r\n"));
  const auto answers = peer.all();
  CHECK(answers.find("HTTP/1.1", 1) == std::string::npos);
}

TEST_CASE("what is no HTTP is refused, and the server goes on", "[control]") {
  Site site({.token = "secret", .idle_max = 1s, .request_max = 1s});
  const auto bytes = GENERATE(as<std::string>{}, "\r\n\r\n", "HELLO\r\n\r\n", "GET /livez\r\n\r\n",
                              "GET /livez HTTP/3\r\n\r\n", "BREW /livez HTTP/1.1\r\n\r\n",
                              "\x16\x03\x01\x02", std::string(100, '\0') + "\r\n\r\n",
                              "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n",
                              "GET /" + std::string(3000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n",
                              "GET /?" + std::string(3000, '&') + " HTTP/1.1\r\n\r\n",
                              "GET /?a=1&a=2 HTTP/1.1\r\nConnection: close\r\n\r\n",
                              "GET /%00%ff%zz HTTP/1.1\r\nConnection: close\r\n\r\n",
                              "GET / HTTP/1.1\r\nX: " + std::string(9000, 'b') + "\r\n\r\n");
  const auto answer = say(site.server.address(), bytes);
  CHECK((answer.empty() || answer.starts_with("HTTP/1.1 4")
         || (bytes.starts_with("GET /?&") && answer.starts_with("HTTP/1.1 200"))));
  CHECK_THAT(site.get("/livez"), has("200 OK"));
}

TEST_CASE("random bytes and broken requests never end the server", "[control]") {
  Site site({.token = "secret", .connections_max = 16, .request_max = 50ms});
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::string whole =
    "POST /api/v1/jobs?limit=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
    "secret\r\nContent-Length: 15\r\n\r\n{\"worker\": \"w\"}";
  for (int round = 0; round < 400; ++round) {
    auto bytes = whole;
    for (std::size_t i = random() % 8; i > 0; --i)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(random() % 4 == 0 ? random() % bytes.size() : bytes.size());
    HttpPeer peer(site.server.address());
    peer.send(bytes);
    if (random() % 2 == 0)
      (void)peer.until("\r\n");
  }
  CHECK(eventually([&] { return site.get("/livez").starts_with("HTTP/1.1 200"); }));
  for (const auto& job : site.node.supervisor.list({}, {.limit = 1000}))
    CHECK_FALSE(job.worker.empty());
}

TEST_CASE("who is slow loses the connection, however steady the bytes", "[control]") {
  Site site({.token = "secret", .idle_max = 50ms, .request_max = 100ms});
  HttpPeer silent(site.server.address());
  CHECK(silent.all().empty());
  HttpPeer slow(site.server.address());
  slow.send("GET /livez HTTP/1.1\r\nX: ");
  CHECK(eventually([&] { return !slow.send("x"); }));
  HttpPeer slow_body(site.server.address());
  slow_body.send("POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n"
                 "Content-Length: 100000\r\n\r\n");
  CHECK(eventually([&] { return !slow_body.send(" "); }));
  CHECK_THAT(site.get("/livez"), has("200 OK"));
}

TEST_CASE("a line without an end takes no memory without bound", "[control]") {
  Site site({.token = "secret"});
  HttpPeer peer(site.server.address());
  const std::string piece(64 * 1024, 'a');
  int sent = 0;
  while (sent < 1000 && peer.send(piece)) // 64 MB
    ++sent;
  CHECK(sent < 1000);
  CHECK_THAT(site.get("/livez"), has("200 OK"));
}

TEST_CASE("HTTP: more connections than allowed are told so, and freed ones serve others",
          "[control]") {
  Site site({.connections_max = 2});
  {
    HttpPeer first(site.server.address());
    HttpPeer second(site.server.address());
    for (auto* peer : {&first, &second}) {
      peer->send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
      CHECK_THAT(peer->until("alive\n"), has("200 OK"));
    }
    CHECK_THAT(site.get("/livez"), has("503 Service Unavailable"));
  }
  CHECK(eventually([&] { return site.get("/livez").starts_with("HTTP/1.1 200"); }));
}

TEST_CASE("parts of an answer are not given many times over", "[control]") {
  Site site({.metrics = [] { return std::string(10'000, 'm'); }});
  std::string ranges = "Range: bytes=0-";
  for (int i = 0; i < 200; ++i)
    ranges += ",0-";
  CHECK(site.get("/metrics", ranges + "\r\n").size() < 12'000);
}

TEST_CASE("a client says what it could not reach, and what is in doubt", "[control]") {
  std::string address;
  {
    Site site;
    address = site.server.address();
  }
  HttpClient client({.url = "http://" + address, .token = "secret"});
  CHECK(code_of(client, {.method = "POST", .path = "/api/v1/jobs"}) == errc::unavailable);
  CHECK_THROWS_WITH(client.call({.path = "/x"}),
                    has(address) && has("does a node with http.listen"));

  const auto silent = node::control::listen_on(node::control::parse_tcp_address("127.0.0.1:0"));
  HttpClient waiting({.url = "http://" + silent.address.text(), .timeout = 50ms});
  CHECK(code_of(waiting, {.method = "POST", .path = "/"}) == errc::in_doubt);
  CHECK(code_of(waiting, {.method = "GET", .path = "/"}) == errc::unavailable);

  for (const auto* url :
       {"", "127.0.0.1:80", "ftp://127.0.0.1", "http://", "http://a/b", "http://u@h"})
    CHECK_THROWS_WITH(HttpClient({.url = url}), has("url: must be http://HOST:PORT"));
}

TEST_CASE("HTTP: a server that ends answers what it was asked", "[control]") {
  Waiting api;
  std::optional<HttpServer> server(std::in_place, node::HttpServerSetting{.token = "secret"}, api);
  HttpClient client({.url = "http://" + server->address(), .token = "secret"});
  std::string answer;
  std::thread asking([&] { answer = client.call({.path = "/api/v1/jobs"}).body; });
  REQUIRE(api.door.has_waiting(1));
  std::atomic<bool> refused{false};
  std::thread opening([&, address = server->address()] {
    refused = eventually([&] {
      HttpClient late({.url = "http://" + address, .token = "secret", .timeout = 1s});
      return code_of(late, {.path = "/api/v1/jobs"}) == errc::unavailable;
    });
    api.door.open();
  });
  server.reset();
  opening.join();
  asking.join();
  CHECK(refused);
  CHECK(answer == "{}\n");
}
