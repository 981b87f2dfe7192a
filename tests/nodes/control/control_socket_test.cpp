#include "nodes/control/asking.hpp"
#include "support/catch.hpp"
#include "support/other_user.hpp"

#include <zzz_jobs/nodes/control/control_client.hpp>
#include <zzz_jobs/nodes/control/control_server.hpp>
#include <zzz_jobs/nodes/control/unix_socket.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::tests;
using zzz_jobs::support::eventually;
using zzz_jobs::support::has;
using namespace std::chrono_literals;

namespace {

/// Answers with the request's body once its door is open.
class Echo : public ApiChannel {
public:
  ApiAnswer call(const ApiRequest& request) override {
    if (request.path == "/wait")
      door.wait();
    return {.status = 200, .body = request.body};
  }
  support::Door door{};
};

/// A connection that speaks for itself.
class Raw {
public:
  explicit Raw(const std::filesystem::path& path) : socket_(control::connect_to(path)) {}
  bool send(std::string_view bytes) {
    return control::write_all(socket_.get(), bytes, std::chrono::steady_clock::now() + 20s);
  }
  /// The next line; empty: the connection has ended.
  std::string line() {
    std::string text;
    return reader_.next(text) == control::LineEnd::line ? text : "";
  }

private:
  control::Fd socket_;
  control::LineReader reader_{socket_.get(),
                              {.line_bytes_max = 1 << 20, .idle_max = 20s, .line_max = 20s}};
};

struct Served {
  support::TempFolder folder{};
  std::filesystem::path path = folder.path() / "control.sock";
  Echo echo{};
};

errc code_of(ApiChannel& channel, const ApiRequest& request) {
  try {
    channel.call(request);
    return errc{};
  } catch (const Error& error) {
    return error.code();
  }
}

} // namespace

TEST_CASE("a node's Api is asked over its socket", "[control]") {
  const support::TempFolder folder;
  Node node;
  const ControlServer server({.path = folder.path() / "s"}, node.api);
  ControlClient client(server.path());
  const auto done = post(client, "/jobs", R"({"worker": "w", "args": "\"ä\n\""})");
  CHECK(done.status == 201);
  const auto shown = get(client, "/jobs/1");
  CHECK(shown.json.at("args") == "\"ä\n\"");
  CHECK(get(client, "/jobs", {{"state", "nothing"}}).status == 400);
  CHECK(get(client, "/jobs", {{"queue", "default"}}).json.at("jobs").size() == 1);
}

TEST_CASE("the control socket is its user's alone, and goes with the server", "[control]") {
  Served served;
  {
    const ControlServer server({.path = served.path}, served.echo);
    struct stat facts {};
    REQUIRE(::stat(served.path.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
  }
  CHECK_FALSE(std::filesystem::exists(served.path));
}

TEST_CASE("a socket in a folder with a long name works", "[control]") {
  Served served;
  const auto deep = served.folder.path() / std::string(150, 'd');
  std::filesystem::create_directory(deep);
  const ControlServer server({.path = deep / "control.sock"}, served.echo);
  ControlClient client(server.path());
  CHECK(client.call({.body = "hello"}).body == "hello");
}

TEST_CASE("a dead node's socket is replaced, a living one's or another file is not", "[control]") {
  Served served;
  { const auto dead = control::listen_at(served.path); } // closed, the file stays
  REQUIRE(std::filesystem::exists(served.path));
  const ControlServer server({.path = served.path}, served.echo);
  REQUIRE_THROWS_MATCHES(ControlServer({.path = served.path}, served.echo), Error,
                         Catch::Matchers::Predicate<Error>(
                           [](const Error& error) { return error.code() == errc::locked; }));
  ControlClient client(served.path);
  CHECK(client.call({.body = "still"}).body == "still");

  const auto file = served.folder.path() / "file";
  std::ofstream(file) << "mine";
  CHECK_THROWS_AS(ControlServer({.path = file}, served.echo), Error);
  CHECK(std::filesystem::file_size(file) == 4);
  CHECK_THROWS_AS(ControlServer({.path = served.folder.path() / "no" / "s"}, served.echo), Error);
}

TEST_CASE("of nodes that find a dead node's socket at once one gets it", "[control]") {
  Served served;
  for (int round = 0; round < 200; ++round) {
    std::filesystem::remove(served.path);
    { const auto dead = control::listen_at(served.path); } // leaves its file
    std::atomic<int> ready{0};
    std::atomic<int> refused{0};
    std::vector<std::unique_ptr<ControlServer>> servers(4);
    std::vector<std::thread> threads;
    for (auto& server : servers)
      threads.emplace_back([&] {
        ++ready;
        while (ready < 4) {
        }
        try {
          server =
            std::make_unique<ControlServer>(ControlServerSetting{.path = served.path}, served.echo);
        } catch (const Error& error) {
          refused += error.code() == errc::locked ? 1 : 0;
        }
      });
    for (auto& thread : threads)
      thread.join();
    REQUIRE(refused == 3);
    ControlClient client(served.path);
    REQUIRE(client.call({.path = "/", .body = "here"}).body == "here");
  }
}

TEST_CASE("why a socket cannot be had is said", "[control]") {
  const Served served;
  Echo echo;
  const auto refusal = [&](const std::filesystem::path& path) -> Error {
    try {
      const ControlServer server({.path = path}, echo);
    } catch (const Error& error) {
      return error;
    }
    return {errc{}, "none"};
  };
  const auto file = served.folder.path() / "file";
  std::ofstream{file} << "text";
  CHECK_THAT(refusal(file).what(), has("there is a file that is no socket; remove it"));
  CHECK_THAT(refusal(served.folder.path() / "none" / "s").what(), has("No such file"));
  const ControlServer first({.path = served.path}, echo);
  const auto second = refusal(served.path);
  CHECK(second.code() == errc::locked);
  CHECK_THAT(second.what(), has("is this node running already?"));
  // A program that knows nothing of the lock.
  std::filesystem::rename(served.path, served.folder.path() / "other");
  CHECK_THAT(refusal(served.folder.path() / "other").what(), has("another process answers there"));
  CHECK_THAT(
    [&] {
      try {
        (void)control::connect_to(file);
      } catch (const Error& error) {
        return std::string{error.what()};
      }
      return std::string{};
    }(),
    has("not a socket") || has("non-socket"));
}

TEST_CASE("a socket of another user is told as such", "[control]") {
  if (!support::is_root()) {
    WARN("not tried: only root can be two users");
    return;
  }
  Served served;
  const ControlServer server({.path = served.path}, served.echo);
  ::chmod(served.folder.path().c_str(), 0755);
  support::as_ordinary_user([&] {
    try {
      (void)control::connect_to(served.path);
      FAIL_CHECK("it was opened");
    } catch (const Error& error) {
      CHECK(error.code() == errc::not_allowed);
      CHECK_THAT(error.what(), has("it belongs to user 0 and this is user 65534"));
    }
  });
}

TEST_CASE("where no node answers it is said, with the path", "[control]") {
  const support::TempFolder folder;
  ControlClient client(folder.path() / "s");
  CHECK_THROWS_WITH(client.call({}), has((folder.path() / "s").string()) && has("no node answers"));
  CHECK(code_of(client, {.method = "POST"}) == errc::unavailable);
}

TEST_CASE("a client connects again after its node was started again", "[control]") {
  Served served;
  ControlClient client(served.path);
  for (int round = 0; round < 3; ++round) {
    const ControlServer server({.path = served.path}, served.echo);
    CHECK(client.call({.method = "POST", .body = "x"}).body == "x");
  }
}

TEST_CASE("a node that ends answers what it was asked", "[control]") {
  Served served;
  std::optional<ControlServer> server(std::in_place, ControlServerSetting{.path = served.path},
                                      served.echo);
  ControlClient client(served.path);
  std::string answer;
  std::thread asking([&] { answer = client.call({.path = "/wait", .body = "late"}).body; });
  REQUIRE(served.echo.door.has_waiting(1));
  std::atomic<bool> refused{false};
  std::thread opening([&] {
    refused = eventually([&] {
      ControlClient late(served.path, 1s);
      return code_of(late, {}) == errc::unavailable;
    });
    served.echo.door.open();
  });
  server.reset();
  opening.join();
  asking.join();
  CHECK(refused);
  CHECK(answer == "late");
}

TEST_CASE("a change whose answer is lost is in doubt, a question is not", "[control]") {
  Served served;
  const auto listening = control::listen_at(served.path); // takes no connection
  ControlClient client(served.path, 50ms);
  CHECK(code_of(client, {.method = "POST"}) == errc::in_doubt);
  CHECK(code_of(client, {.method = "GET"}) == errc::unavailable);
}

TEST_CASE("a request that is no UTF-8 is not sent", "[control]") {
  Served served;
  const ControlServer server({.path = served.path}, served.echo);
  ControlClient client(served.path);
  CHECK(code_of(client, {.method = "POST", .body = "\xff"}) == errc::invalid_argument);
}

TEST_CASE("a malformed line is refused and the connection goes on", "[control]") {
  Served served;
  const ControlServer server({.path = served.path}, served.echo);
  Raw raw(served.path);
  const auto [line, text] = GENERATE(table<std::string, std::string>({
    {"", "request: must be JSON"},
    {"GET / HTTP/1.1\r", "request: must be JSON"},
    {"[]", "must be a JSON object"},
    {R"({"path": "/"})", "method: must be given"},
    {R"({"method": "GET"})", "path: must be given"},
    {R"({"method": 1, "path": "/"})", "method: must be a string"},
    {R"({"method": "GET", "path": "/", "query": []})", "query: must be a JSON object"},
    {R"({"method": "GET", "path": "/", "query": {"a": 1}})", "query: a: must be a string"},
    {R"({"method": "GET", "path": "/", "headers": {}})", "no such key"},
    {std::string(5000, '['), "must nest at most"},
    {std::string(5, '\0'), "must be JSON"},
  }));
  CAPTURE(line);
  REQUIRE(raw.send(line + "\n"));
  const auto refused = Json::parse(raw.line());
  CHECK(refused.at("status") == 400);
  CHECK_THAT(refused.at("body").get<std::string>(), has(text));
  REQUIRE(raw.send("{\"method\": \"GET\", \"path\": \"/\", \"body\": \"b\"}\n"));
  CHECK(Json::parse(raw.line()).at("body") == "b");
}

TEST_CASE("several requests sent at once are answered in turn", "[control]") {
  Served served;
  const ControlServer server({.path = served.path}, served.echo);
  Raw raw(served.path);
  std::string all;
  for (int i = 0; i < 100; ++i)
    all += R"({"method": "GET", "path": "/", "body": ")" + std::to_string(i) + "\"}\n";
  REQUIRE(raw.send(all));
  for (int i = 0; i < 100; ++i)
    CHECK(Json::parse(raw.line()).at("body") == std::to_string(i));
}

TEST_CASE("a line without an end is refused at its limit", "[control]") {
  Served served;
  const ControlServer server({.path = served.path, .body_bytes_max = 1000}, served.echo);
  Raw raw(served.path);
  raw.send(std::string(200'000, 'x'));
  const auto refused = Json::parse(raw.line());
  CHECK(refused.at("status") == 413);
  CHECK(raw.line().empty());
}

TEST_CASE("who says nothing, or too slowly, loses the connection", "[control]") {
  Served served;
  const ControlServer server({.path = served.path, .idle_max = 30ms, .request_max = 60ms},
                             served.echo);
  Raw silent(served.path);
  CHECK(silent.line().empty());
  Raw slow(served.path);
  // A byte at a time, each before anyone is idle.
  CHECK(eventually([&] { return !slow.send("{"); }));
}

TEST_CASE("more connections than allowed are told so, and freed ones serve others", "[control]") {
  Served served;
  const ControlServer server({.path = served.path, .connections_max = 2}, served.echo);
  {
    ControlClient first(served.path);
    ControlClient second(served.path);
    first.call({});
    second.call({});
    ControlClient third(served.path);
    CHECK(third.call({}).status == 503);
  }
  CHECK(eventually([&] { return ControlClient(served.path).call({}).status == 200; }));
}

TEST_CASE("many clients are served at once", "[control]") {
  Served served;
  const ControlServer server({.path = served.path}, served.echo);
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&, i] {
      ControlClient client(served.path);
      for (int n = 0; n < 50; ++n) {
        const auto body = std::to_string(i) + ":" + std::to_string(n);
        right += client.call({.method = "POST", .body = body}).body == body ? 1 : 0;
      }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(right == 800);
}
