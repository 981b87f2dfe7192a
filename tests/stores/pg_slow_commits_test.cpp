// Where commits are slow, a turn begins while the one before it is being committed.
#include "stores/pg_stores.hpp"
#include "support/postgres.hpp"

#include <functional>
#include <future>
#include <list>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

namespace {

/// A store whose commits take so long that it leaves them to themselves.
struct SlowCommits {
  explicit SlowCommits(std::chrono::milliseconds commit)
    : server{{.fsync = true,
              .settings = {"commit_delay=" + std::to_string(commit.count() * 1000),
                           "commit_siblings=0"}}} {
    // It knows so when it has seen some.
    REQUIRE(support::eventually([&] {
      auto batch = enqueues_of({job_of("first")});
      if (store.begin_turn(batch))
        return false;
      REQUIRE(store.end_turn());
      return true;
    }));
    database.run("DELETE FROM zzz_jobs");
  }

  /// Begins it, and does not wait. One in many is waited for all the same, to see how
  /// long commits take now: that one is void.
  Batch& leave(const std::function<Batch()>& make) {
    for (;;) {
      auto& batch = batches.emplace_back(make());
      if (!store.begin_turn(batch))
        return batch;
      database.run("DELETE FROM zzz_jobs");
    }
  }
  [[nodiscard]] std::string count(const std::string& condition) {
    return database.value("SELECT count(*) FROM zzz_jobs WHERE " + condition);
  }

  support::PostgresServer server;
  PgStore store{quick_store({server.url()})};
  support::SqlConnection database{server.url()};
  std::list<Batch> batches{};
};

} // namespace

TEST_CASE("slow commits: a turn runs while another is committed, in order", "[pg][turns][slow]") {
  SlowCommits slow{50ms};
  slow.leave([] { return enqueues_of({job_of("a")}); });
  auto second = enqueues_of({job_of("b"), job_of("c")});
  const bool left = !slow.store.begin_turn(second);
  // Its statements are through, and nothing of either is there before its commit is.
  const auto a = slow.store.end_turn();
  REQUIRE(a);
  REQUIRE(a->enqueued.size() == 1);
  if (left) {
    const auto b = slow.store.end_turn();
    REQUIRE(b);
    CHECK(b->enqueued.size() == 2);
    CHECK(b->enqueued[0].id > a->enqueued[0].id);
  }
  CHECK_FALSE(slow.store.end_turn());
  CHECK(slow.count("args IN ('a', 'b', 'c')") == "3");
}

TEST_CASE("slow commits: a queue is not thought empty that is being filled", "[pg][turns][slow]") {
  SlowCommits slow{20ms};
  slow.leave([] { return enqueues_of({job_of("late")}); });
  auto claims = claims_of(1);
  auto claimed = slow.store.begin_turn(claims);
  const auto filled = slow.store.end_turn();
  REQUIRE(filled);
  if (!claimed)
    claimed = slow.store.end_turn();
  REQUIRE(claimed);
  const auto now =
    claimed->claimed.front().empty() ? claim(slow.store, 1) : std::move(claimed->claimed.front());
  REQUIRE(now.size() == 1);
  CHECK(now[0].args == "late");
}

TEST_CASE("slow commits: a turn whose session ends in its commit happens once",
          "[pg][turns][slow]") {
  SlowCommits slow{100ms};
  auto jobs = enqueues_of({job_of("once")});
  jobs.enqueues.front().unique_key = "k";
  slow.leave([&] { return jobs; });
  CHECK(slow.database.value("SELECT count(pg_terminate_backend(pid)) FROM " + turns_sessions)
        != "0");
  const auto answer = slow.store.end_turn();
  REQUIRE(answer);
  CHECK(answer->enqueued.size() == 1);
  CHECK(slow.count("args = 'once'") == "1");
  CHECK(apply(slow.store, jobs).enqueued.front().conflict);
}

TEST_CASE("slow commits: who comes between waits for a connection", "[pg][turns][slow]") {
  SlowCommits slow{50ms};
  slow.leave([] { return enqueues_of({job_of("a")}); });
  auto second = enqueues_of({job_of("b")});
  const bool left = !slow.store.begin_turn(second);
  auto third = std::async(std::launch::async,
                          [&] { return slow.store.enqueue("mailer", "c", {.queue = "mail"}); });
  CHECK(slow.store.end_turn());
  CHECK(slow.store.end_turn().has_value() == left);
  CHECK(third.get().args == "c");
  CHECK(slow.count("args IN ('a', 'b', 'c')") == "3");
}

TEST_CASE("slow commits: a job that waits for its time is not forgotten", "[pg][turns][slow]") {
  SlowCommits slow{20ms};
  for (bool is_left = false; !is_left;) { // the second one too
    slow.database.run("DELETE FROM zzz_jobs");
    slow.leave([] { return enqueues_of({job_of("later", {.delay = 60s})}); });
    auto more = enqueues_of({job_of("now")}); // reads when the next one is due
    is_left = !slow.store.begin_turn(more);
    const auto first = slow.store.end_turn();
    REQUIRE(first);
    REQUIRE(first->next_due);
    const auto second = slow.store.end_turn();
    REQUIRE(second.has_value() == is_left);
    if (second)
      CHECK(second->next_due == first->next_due);
  }
}

TEST_CASE("slow commits: the mark of a turn is not forgotten before its commit is heard of",
          "[pg][turns][slow]") {
  SlowCommits slow{3ms};
  slow.leave([] { return enqueues_of({job_of("a")}); });
  REQUIRE(support::eventually([&] { return slow.count("args = 'a'") == "1"; })); // committed
  const auto mark = slow.database.value("SELECT max(turn) FROM zzz_jobs_turns");
  for (int i = 0; i < 300; ++i)
    (void)apply(slow.store, enqueues_of({job_of("b")}));
  CHECK(slow.database.value("SELECT min(turn) FROM zzz_jobs_turns") == mark);
  CHECK(slow.store.end_turn());
}
