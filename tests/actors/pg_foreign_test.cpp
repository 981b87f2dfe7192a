// Our nodes and programs that only know SQL on the same tables.
#include "actors/pg_nodes.hpp"
#include "stores/pg_listener.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

namespace {

constexpr auto claim_five =
  "UPDATE zzz_jobs SET state = 1, attempt = attempt + 1,"
  " attempted_at = extract(epoch FROM now())::bigint"
  " WHERE id = ANY(ARRAY(SELECT id FROM zzz_jobs WHERE queue = 'default' AND state = 0"
  "   AND scheduled_at <= extract(epoch FROM now()) ORDER BY priority, id LIMIT 5"
  "   FOR UPDATE SKIP LOCKED)) RETURNING id";

/// Who ran which job, however often.
class Takers {
public:
  void took(const std::string& who, std::int64_t id) {
    const std::lock_guard lock{mutex_};
    ++by_job_[id];
    ++by_taker_[who];
  }
  [[nodiscard]] int of(const std::string& who) {
    const std::lock_guard lock{mutex_};
    return by_taker_[who];
  }
  [[nodiscard]] std::map<std::int64_t, int> jobs() {
    const std::lock_guard lock{mutex_};
    return by_job_;
  }

private:
  std::mutex mutex_{};
  std::map<std::int64_t, int> by_job_{};
  std::map<std::string, int> by_taker_{};
};

/// A program that claims and completes with plain SQL until it is told to end.
void work_with_sql(SqlConnection connection, Takers& takers, const std::atomic<bool>& done) {
  while (!done)
    for (const auto& row : connection.rows(claim_five)) {
      takers.took("sql", std::stoll(row[0]));
      connection.run("UPDATE zzz_jobs SET state = 2, completed_at = "
                     "extract(epoch FROM now())::bigint WHERE state = 1 AND id = "
                     + row[0]);
    }
}

} // namespace

TEST_CASE("programs that claim with SQL work beside our nodes, and no job is taken twice",
          "[pg][foreign]") {
  PgTables tables;
  Takers takers;
  std::atomic<bool> done{false};
  std::vector<std::unique_ptr<PgSupervisor>> nodes;
  for (int i = 0; i < 2; ++i) {
    nodes.push_back(std::make_unique<PgSupervisor>(quiet_store(tables.target()), quick()));
    nodes.back()->register_worker(
      "w", [&](std::string_view, JobContext& context) { takers.took("node", context.job().id); });
    nodes.back()->start();
  }
  std::vector<std::thread> programs;
  for (int i = 0; i < 2; ++i)
    programs.emplace_back([&] { work_with_sql(tables.connect(), takers, done); });
  std::int64_t enqueued = 0;
  const bool all_had_some = eventually([&] {
    nodes.front()->enqueue_many(std::vector<JobRequest>(100, JobRequest{"w", "", {}}));
    enqueued += 100;
    return takers.of("sql") >= 300 && takers.of("node") >= 300;
  });
  CHECK(all_had_some);
  CHECK(eventually(
    [&] { return nodes.front()->count_by_state("default", JobState::completed) == enqueued; }));
  done = true;
  for (auto& program : programs)
    program.join();
  const auto jobs = takers.jobs();
  CHECK(static_cast<std::int64_t>(jobs.size()) == enqueued);
  for (const auto& [id, times] : jobs)
    if (times != 1)
      FAIL("job " << id << " was taken " << times << " times");
}

TEST_CASE("a turn of many jobs is one notification a queue", "[pg][foreign]") {
  PgTables tables;
  const PgStore other{quiet_store(tables.target())}; // else there is nobody to tell
  PgSupervisor node{quiet_store(tables.target()), patient()};
  node.start();
  PgListener listener{tables};
  std::vector<JobRequest> jobs(500, JobRequest{"w", "", {.queue = "a"}});
  jobs.resize(1000, JobRequest{"w", "", {.queue = "b"}});
  std::vector<std::string> heard;
  const auto has_heard = [&](const std::string& word) {
    const auto more = listener.heard_so_far();
    heard.insert(heard.end(), more.begin(), more.end());
    return std::count(heard.begin(), heard.end(), word) > 0;
  };
  node.enqueue_many(jobs);
  REQUIRE(eventually([&] { return has_heard(":a") && has_heard(":b"); }));
  node.enqueue("w", "", {.queue = "end"});
  REQUIRE(eventually([&] { return has_heard(":end"); }));
  CHECK(heard == std::vector<std::string>{":a", ":b", ":end"});
}
