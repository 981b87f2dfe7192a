// Rows that somebody else has locked: a forgotten psql session, an open transaction of
// the application. All that does not need these rows goes on.
#include "actors/pg_nodes.hpp"

#include <array>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

namespace {

struct Node {
  explicit Node() {
    supervisor.register_worker("w", [](std::string_view, JobContext&) {});
    supervisor.register_worker("held", [this](std::string_view, JobContext&) { door.wait(); });
    supervisor.start();
  }
  [[nodiscard]] SupervisorConfig config() {
    auto config = quick();
    config.log = log.sink();
    return config;
  }
  [[nodiscard]] bool works() {
    return comes_to(supervisor, supervisor.enqueue("w").id, JobState::completed);
  }
  /// A job that runs, and whose row is locked by `other` from now on.
  std::int64_t run_locked() {
    const auto id = supervisor.enqueue("held").id;
    REQUIRE(door.has_waiting(1));
    other.run("BEGIN; SELECT id FROM zzz_jobs WHERE id = " + std::to_string(id) + " FOR UPDATE");
    return id;
  }

  PgTables tables{};
  Log log{};
  Door door{};
  PgSupervisor supervisor{quiet_store(tables.target(), &log), config()};
  SqlConnection other{tables.connect()};
};

errc code_of_cancel(Node& node, std::int64_t id) {
  try {
    node.supervisor.cancel(id);
  } catch (const Error& error) {
    return error.code();
  }
  return errc{};
}

} // namespace

TEST_CASE("an outcome whose row another transaction holds holds up nothing else", "[pg][locked]") {
  Node node;
  const auto held = node.run_locked();
  node.door.open();
  for (int i = 0; i < 20; ++i)
    REQUIRE(node.works());
  CHECK(eventually([&] { return node.log.has("outcome_waits job=" + std::to_string(held)); }));
  CHECK_FALSE(node.log.has("store_failed"));
  CHECK(node.supervisor.get(held)->state == JobState::executing);
  node.other.run("ROLLBACK");
  CHECK(comes_to(node.supervisor, held, JobState::completed));
  CHECK(node.supervisor.get(held)->attempt == 1);
}

TEST_CASE("what ended while its row was locked is told from what waits", "[pg][locked]") {
  Node node;
  const auto held = node.run_locked();
  node.door.open();
  REQUIRE(node.works());
  REQUIRE(eventually([&] { return node.log.has("outcome_waits"); }));
  node.other.run("UPDATE zzz_jobs SET state = 5, completed_at = 1 WHERE id = "
                 + std::to_string(held) + "; COMMIT");
  CHECK(eventually([&] { return node.supervisor.stats().outcomes_refused == 1; }));
  CHECK(node.supervisor.get(held)->state == JobState::cancelled);
}

TEST_CASE("a stop does not lose an outcome that waits for a row", "[pg][locked]") {
  Node node;
  const auto held = node.run_locked();
  node.door.open();
  REQUIRE(node.works());
  REQUIRE(eventually([&] { return node.log.has("outcome_waits"); }));
  node.other.run("ROLLBACK");
  node.supervisor.stop();
  CHECK(node.other.value("SELECT state FROM zzz_jobs WHERE id = " + std::to_string(held)) == "2");
}

TEST_CASE("a key that an open transaction holds fails alone", "[pg][locked]") {
  Node node;
  node.other.run("BEGIN; INSERT INTO zzz_jobs (worker, unique_key) VALUES ('w', 'k')");
  const std::vector<JobRequest> jobs{{"w", "", {}}, {"w", "", {.unique_key = "k"}}, {"w", "", {}}};
  const auto done = node.supervisor.enqueue_many(jobs);
  REQUIRE(done.size() == 3);
  CHECK(done[0].failed == errc{});
  CHECK(done[1].failed == errc::unavailable);
  CHECK_THAT(done[1].error, has("holds its unique_key"));
  CHECK(done[2].failed == errc{});
  CHECK(node.works());
  node.other.run("COMMIT");
  CHECK(node.supervisor.enqueue_many(jobs).at(1).failed == errc{});
}

TEST_CASE("a job whose row another transaction holds is not cancelled, and says why",
          "[pg][locked]") {
  Node node;
  const auto held = node.run_locked();
  CHECK(code_of_cancel(node, held) == errc::unavailable);
  CHECK(node.works());
  node.other.run("ROLLBACK");
  CHECK(code_of_cancel(node, held) == errc{});
}
