// Opening and closing a store: configurations and servers that are wrong.
#include "stores/pg_stores.hpp"

#include <chrono>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

namespace {

/// A port of this machine at which nobody answers: closed, or never accepted.
class DeadPort {
public:
  explicit DeadPort(bool listens) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(bind(socket_, generic, size) == 0);
    REQUIRE(getsockname(socket_, generic, &size) == 0);
    if (listens)
      REQUIRE(listen(socket_, 8) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~DeadPort() { close(socket_); }
  DeadPort(const DeadPort&) = delete;
  DeadPort& operator=(const DeadPort&) = delete;

  [[nodiscard]] std::string url() const {
    return "postgresql://somebody@127.0.0.1:" + std::to_string(port_) + "/none";
  }

private:
  int socket_;
  int port_ = 0;
};

void check_refused(const std::function<void(PgStore::Config&)>& spoil, const std::string& field,
                   const std::string& rule) {
  PgTables tables;
  auto config = quick_store(tables.target());
  spoil(config);
  const auto error = error_of([&] { PgStore{config}; });
  CHECK(error.code() == errc::invalid_argument);
  CHECK_THAT(error.what(), support::has(field));
  CHECK_THAT(error.what(), support::has(rule));
}

} // namespace

TEST_CASE("options out of range are refused by name and rule", "[pg][open]") {
  using Config = PgStore::Config;
  check_refused([](Config& c) { c.lease = 0s; }, "lease", "1..3600, got 0");
  check_refused([](Config& c) { c.lease = 3601s; }, "lease", "1..3600, got 3601");
  check_refused([](Config& c) { c.look_interval = 9ms; }, "look_interval", "10..60000, got 9");
  check_refused([](Config& c) { c.look_interval = 60'001ms; }, "look_interval", "got 60001");
  check_refused([](Config& c) { c.connect_timeout = 0s; }, "connect_timeout", "1..600, got 0");
  check_refused([](Config& c) { c.connect_timeout = 601s; }, "connect_timeout", "got 601");
  check_refused([](Config& c) { c.answer_timeout = 9ms; }, "answer_timeout", "10..3600000, got 9");
  check_refused([](Config& c) { c.answer_timeout = 3'600'001ms; }, "answer_timeout", "3600001");
}

TEST_CASE("the limits of the ranges are accepted", "[pg][open]") {
  PgTables tables;
  auto config = quick_store(tables.target());
  const bool least = GENERATE(true, false);
  config.lease = least ? 1s : 3600s;
  config.look_interval = least ? 10ms : 60'000ms;
  config.connect_timeout = least ? 1s : 600s;
  config.answer_timeout = least ? 5000ms : 3'600'000ms; // 10 ms is for other machines
  PgStore store{config};
  CHECK(store.enqueue("w", "").id == 1);
}

TEST_CASE("a schema that cannot be is refused by name", "[pg][open]") {
  check_refused([](auto& c) { c.schema = ""; }, "schema", "empty");
  check_refused([](auto& c) { c.schema = "a\xff"; }, "schema", "UTF-8");
  PgTables tables;
  auto config = quick_store(tables.target());
  config.schema = std::string(64, 's');
  const auto error = error_of([&] { PgStore{config}; });
  CHECK(error.code() == errc::too_large);
  CHECK_THAT(error.what(), support::has("schema"));
  CHECK_THAT(error.what(), support::has("63"));
}

TEST_CASE("a url that cannot be read is refused, and no part of its password told", "[pg][open]") {
  check_refused([](auto& c) { c.url = "postgresql://a:secret@[::1/x"; }, "url", "IPv6");
  check_refused([](auto& c) { c.url = "no_such_keyword=1"; }, "url", "no_such_keyword");
  check_refused([](auto& c) { c.url = "host"; }, "url", "missing");
  PgTables tables;
  auto config = quick_store(tables.target());
  config.url = "postgresql://a:secret@[::1/x";
  CHECK_THAT(error_of([&] { PgStore{config}; }).what(), !support::has("secret"));
}

TEST_CASE("what is found wrong with a url when it is used is said in the driver's words",
          "[pg][open]") {
  PgTables tables;
  auto config = quick_store(tables.target());
  config.url = "postgresql://a:secret@host:port/x";
  const auto error = error_of([&] { PgStore{config}; });
  CHECK_THAT(error.what(), support::has("invalid integer value \"port\""));
  CHECK_THAT(error.what(), !support::has("secret"));
}

TEST_CASE("a wrong password, role or database is unavailable, with the server's words",
          "[pg][open]") {
  PgTables tables;
  support::FreshRole role;
  auto config = quick_store(tables.target());
  config.url = support::SharedPostgres::get().url("no_such_role");
  auto error = error_of([&] { PgStore{config}; });
  CHECK(error.code() == errc::unavailable);
  CHECK_THAT(error.what(), support::has("no_such_role"));
  config.url = support::SharedPostgres::get().url("postgres", "no_such_database");
  error = error_of([&] { PgStore{config}; });
  CHECK(error.code() == errc::unavailable);
  CHECK_THAT(error.what(), support::has("no_such_database"));
}

TEST_CASE("a port at which nobody listens is said to be dead at once", "[pg][open]") {
  const DeadPort port{false};
  const auto begin = SteadyClock::now();
  const auto error = error_of([&] { PgStore{quick_store({port.url()})}; });
  CHECK(error.code() == errc::unavailable);
  CHECK_THAT(error.what(), support::has("refused"));
  CHECK(SteadyClock::now() - begin < 2s);
}

TEST_CASE("a port at which nobody answers is given up when connect_timeout is over", "[pg][open]") {
  const DeadPort port{true};
  auto config = quick_store({port.url()});
  config.connect_timeout = 2s;
  const auto begin = SteadyClock::now();
  CHECK(error_of([&] { PgStore{config}; }).code() == errc::unavailable);
  CHECK(SteadyClock::now() - begin > 1s);
  CHECK(SteadyClock::now() - begin < 5s);
}

TEST_CASE("a store ends in time though its server has stopped answering", "[pg][open]") {
  support::PostgresServer server;
  std::optional<PgStore> store{quick_store({server.url()})};
  store->on_signal([](StoreSignal) {});
  (void)store->enqueue("w", "");
  (void)store->get(1); // all of its connections are there
  server.suspend();
  const auto begin = SteadyClock::now();
  store.reset();
  CHECK(SteadyClock::now() - begin < 10s);
  server.resume();
  // What it could not say any more, its lease does: the next one takes over.
  PgStore next{quick_store({server.url()})};
  CHECK(next.count_by_state("default", JobState::available) == 1);
}

TEST_CASE("a store that is moved goes on", "[pg][open]") {
  PgTables tables;
  PgStore first{quick_store(tables.target())};
  const auto id = first.enqueue("w", "").id;
  PgStore second{std::move(first)};
  CHECK(second.get(id)->state == JobState::available);
  PgStore third{quick_store(tables.target())};
  third = std::move(second);
  CHECK(third.claim("default")->id == id);
}
