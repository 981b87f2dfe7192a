// Direct start as applications see it: by the rows that their enqueues insert.
#include "actors/pg_nodes.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

namespace {

/// A supervisor with idle handlers.
struct Node {
  explicit Node(SupervisorConfig config = patient())
    : supervisor{quiet_store(tables.target()), config} {
    watch_inserts(database);
    supervisor.register_worker("quick", [this](std::string_view args, JobContext&) {
      const std::lock_guard lock{mutex};
      ran.emplace_back(args);
    });
    supervisor.start();
  }
  /// Enqueues a job and lets it run; the state it was inserted in.
  std::string insert(const JobOpts& opts = {}) {
    const auto id = supervisor.enqueue("quick", "", opts).id;
    REQUIRE(comes_to(supervisor, id, JobState::completed));
    return inserted_as(database, id);
  }
  /// Once the store watches, and whenever a handler is idle.
  [[nodiscard]] bool starts_directly() {
    return eventually([this] { return insert() == "1"; });
  }
  std::vector<std::string> taken() {
    const std::lock_guard lock{mutex};
    return std::exchange(ran, {});
  }

  zzz_jobs::tests::PgTables tables{};
  std::mutex mutex{};
  std::vector<std::string> ran{};
  PgSupervisor supervisor;
  SqlConnection database{tables.connect()};
};

} // namespace

TEST_CASE("an enqueue with an idle handler is inserted executing", "[pg][direct]") {
  Node node;
  REQUIRE(node.starts_directly());
  Door door;
  node.supervisor.register_worker("slow", [&](std::string_view, JobContext&) { door.wait(); });
  REQUIRE(eventually([&] {
    const auto id = node.supervisor.enqueue("slow").id;
    const auto row =
      node.database.rows("SELECT state, attempt, node FROM seen WHERE id = " + std::to_string(id));
    const auto itself = node.supervisor.get(id);
    if (row
        == std::vector<std::vector<std::string>>{
          {"1", "1", std::to_string(node.supervisor.store().node_id())}})
      return itself->state == JobState::executing && itself->attempt == 1;
    node.supervisor.cancel(id);
    return false;
  }));
  door.open();
}

TEST_CASE("an enqueue behind another program's job waits for it, and both run soon",
          "[pg][direct]") {
  Node node;
  REQUIRE(node.starts_directly());
  (void)node.taken();
  CHECK(once_within(2s, [&] { // long before it looks by itself
    node.database.run("BEGIN; INSERT INTO zzz_jobs (worker, args) VALUES ('quick', 'foreign')");
    node.database.run("COMMIT");
    const auto own = node.supervisor.enqueue("quick", "own");
    REQUIRE(comes_to(node.supervisor, own.id, JobState::completed));
    CHECK(inserted_as(node.database, own.id) == "0");
    REQUIRE(eventually([&] {
      const std::lock_guard lock{node.mutex};
      return node.ran.size() == 2;
    }));
    (void)node.taken();
    return true;
  }));
}

TEST_CASE("with one handler the order of what waits unnoticed holds", "[pg][direct]") {
  Node node{patient(1)};
  REQUIRE(node.starts_directly());
  (void)node.taken();
  node.database.run("INSERT INTO zzz_jobs (worker, args) SELECT 'quick', 'foreign ' || i "
                    "FROM generate_series(1, 3) i");
  const auto own = node.supervisor.enqueue("quick", "own");
  REQUIRE(comes_to(node.supervisor, own.id, JobState::completed));
  CHECK(node.taken() == std::vector<std::string>{"foreign 1", "foreign 2", "foreign 3", "own"});
}

TEST_CASE("nothing is inserted executing into a paused queue", "[pg][direct]") {
  Node node;
  REQUIRE(node.starts_directly());
  node.supervisor.pause_queue("default");
  for (int i = 0; i < 5; ++i) {
    const auto id = node.supervisor.enqueue("quick").id;
    CHECK(inserted_as(node.database, id) == "0");
    CHECK(state_of(node.supervisor, id) == JobState::available);
  }
  node.supervisor.resume_queue("default");
  CHECK(eventually(
    [&] { return node.supervisor.count_by_state("default", JobState::available) == 0; }));
  CHECK(node.starts_directly());
}

TEST_CASE("a queue without direct start leaves its jobs to all nodes", "[pg][direct]") {
  auto config = patient();
  config.queues[0].direct_start = false;
  Node node{config};
  for (int i = 0; i < 20; ++i)
    CHECK(node.insert() == "0");
}

TEST_CASE("a scheduled job is inserted scheduled", "[pg][direct]") {
  Node node;
  REQUIRE(node.starts_directly());
  CHECK(node.insert({.delay = 1s}) == "6");
  const auto id = node.supervisor.enqueue("quick", "", {.delay = 1h}).id;
  CHECK(inserted_as(node.database, id) == "6");
}
