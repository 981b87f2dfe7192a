#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/postgres_fresh.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <libpq-fe.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

// What the tests of PostgreSQL stand on.

using namespace zzz_jobs::support;
using namespace std::chrono_literals;

namespace {

bool is_alive(pid_t pid) {
  return kill(pid, 0) == 0;
}

/// Whether the statement is answered within the time.
bool answers(SqlConnection& connection, std::chrono::milliseconds within) {
  REQUIRE(PQsendQuery(connection.handle(), "SELECT 1") == 1);
  pollfd readable{.fd = PQsocket(connection.handle()), .events = POLLIN, .revents = 0};
  return poll(&readable, 1, static_cast<int>(within.count())) == 1;
}

void take_answer(SqlConnection& connection) {
  while (auto* result = PQgetResult(connection.handle()))
    PQclear(result);
}

} // namespace

TEST_CASE("the shared server gives schemas, databases and roles", "[postgres]") {
  FreshSchema schema{"a \"b' "};
  schema.create();
  auto connection = schema.connect();
  connection.run("CREATE TABLE t AS SELECT 7 AS a");
  CHECK(connection.value("SELECT a FROM t") == "7");
  CHECK(connection.value("SELECT current_schema()") == schema.name());

  const FreshRole role;
  CHECK_THROWS_WITH(SqlConnection{role.url()}.run("CREATE SCHEMA nobodys"),
                    has("permission denied"));
  const FreshDatabase database;
  CHECK(SqlConnection{database.url()}.value("SELECT current_database()") == database.name());
  CHECK(SqlConnection{database.url(role.name())}.value("SELECT current_user") == role.name());
}

TEST_CASE("the shared server is reached through PgBouncer", "[postgres]") {
  SqlConnection connection{SharedPostgres::get().bouncer_url()};
  CHECK(connection.value("SELECT 1") == "1");
  const FreshRole role;
  CHECK(SqlConnection{role.bouncer_url()}.value("SELECT current_user") == role.name());
  SqlConnection console{SharedPostgres::get().bouncer_url("postgres", "pgbouncer")};
  bool found = false;
  for (const auto& row : console.rows("SHOW CONFIG"))
    found = found || (row.at(0) == "pool_mode" && row.at(1) == "transaction");
  CHECK(found);
}

TEST_CASE("a superuser needs the password", "[postgres]") {
  auto url = SharedPostgres::get().url();
  const auto password = SharedPostgres::get().password();
  url.replace(url.find(password), password.size(), "wrong");
  CHECK_THROWS_AS(SqlConnection{url}, std::runtime_error);
}

TEST_CASE("a server of one's own crashes and keeps what was committed", "[postgres]") {
  PostgresServer server{{.connections_max = 17}};
  SqlConnection connection{server.url()};
  CHECK(connection.value("SHOW max_connections") == "17");
  connection.run("CREATE TABLE t AS SELECT 7 AS a");
  server.stop_immediately();
  CHECK_THROWS_AS(connection.run("SELECT 1"), std::runtime_error);
  CHECK_THROWS_AS(SqlConnection{server.url()}, std::runtime_error);
  server.start();
  CHECK(SqlConnection{server.url()}.value("SELECT a FROM t") == "7");
  server.restart();
  CHECK(SqlConnection{server.bouncer_url()}.value("SELECT a FROM t") == "7");
}

TEST_CASE("a suspended server does not answer until it is resumed", "[postgres]") {
  PostgresServer server;
  SqlConnection connection{server.url()};
  server.suspend();
  CHECK_FALSE(answers(connection, 200ms));
  server.resume();
  take_answer(connection);
  CHECK(connection.value("SELECT 1") == "1");
  server.suspend(); // its removal waits for nobody
}

TEST_CASE("a server does not outlive the process that started it", "[postgres]") {
  std::array<int, 2> pipe_ends{};
  REQUIRE(pipe(pipe_ends.data()) == 0);
  const pid_t child = fork();
  if (child == 0) {
    PostgresServer server;
    const pid_t pid = server.pid();
    (void)!write(pipe_ends[1], &pid, sizeof pid);
    raise(SIGKILL);
  }
  pid_t server = 0;
  REQUIRE(read(pipe_ends[0], &server, sizeof server) == sizeof server);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(eventually([&] { return !is_alive(server); }));
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}
