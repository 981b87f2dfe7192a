// A backlog that is worked through while an old transaction keeps its dead rows.
#include "actors/pg_nodes.hpp"

#include <algorithm>
#include <atomic>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t early_ids = 100; ///< kept free for rows that come late
constexpr std::int64_t backlog = 20'000;

/// Waiting jobs of five priorities, in the order of no index.
void fill(SqlConnection& database) {
  database.run("SELECT setval('zzz_jobs_id_seq', " + std::to_string(early_ids)
               + "); INSERT INTO zzz_jobs (worker, args, priority) SELECT 'w', '', i * 7 % 5 "
                 "FROM generate_series(1, "
               + std::to_string(backlog) + ") i; UPDATE zzz_jobs SET args = id");
}

/// Half in front of all others, half among those of priority 0, before the first.
void insert_early_rows(SqlConnection& database) {
  database.run("INSERT INTO zzz_jobs (id, worker, args, priority) "
               "SELECT i, 'w', i, CASE WHEN i % 2 = 0 THEN -10 ELSE 0 END "
               "FROM generate_series(1, "
               + std::to_string(early_ids) + ") i");
}

std::vector<std::int64_t> expected_order(SqlConnection& database) {
  std::vector<std::int64_t> ids;
  for (const auto& row : database.rows("SELECT id FROM zzz_jobs ORDER BY priority, id"))
    ids.push_back(std::stoll(row[0]));
  return ids;
}

} // namespace

TEST_CASE("a backlog keeps its order though nothing of it can be cleaned up", "[pg][backlog]") {
  zzz_jobs::tests::PgTables tables;
  std::mutex mutex;
  std::vector<std::int64_t> order;
  std::atomic<std::size_t> started{0};
  PgSupervisor supervisor{quiet_store(tables.target()), patient(1)};
  supervisor.register_worker("w", [&](std::string_view args, JobContext&) {
    const std::lock_guard lock{mutex};
    order.push_back(std::stoll(std::string{args}));
    started = order.size();
  });
  auto database = tables.connect();
  fill(database);
  const auto expected = expected_order(database);
  auto old = tables.connect();
  old.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM zzz_jobs");
  supervisor.start();
  REQUIRE(eventually([&] { return started >= 6000; }, 60s));
  insert_early_rows(database);
  REQUIRE(eventually([&] { return started >= backlog + early_ids; }, 120s));
  REQUIRE(eventually([&] {
    return supervisor.count_by_state("default", JobState::completed) == backlog + early_ids;
  }));
  old.run("COMMIT");
  const std::lock_guard lock{mutex};
  std::vector<std::int64_t> backlog_order;
  std::copy_if(order.begin(), order.end(), std::back_inserter(backlog_order),
               [](std::int64_t id) { return id > early_ids; });
  CHECK((backlog_order == expected)); // without printing them
  // What came late was found while there was other work to do.
  const auto last_early =
    std::find_if(order.rbegin(), order.rend(), [](std::int64_t id) { return id <= early_ids; });
  const auto behind_it = std::distance(order.rbegin(), last_early);
  CHECK(order.size() == backlog + early_ids);
  CHECK(behind_it > 1000);
  CHECK(supervisor.stats().outcomes_refused == 0);
}
