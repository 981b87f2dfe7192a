// Changes of many jobs, and other transactions beside them.
#include "stores/pg_stores.hpp"

#include <future>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;

namespace {

struct Changed {
  Changed() : store{quick_store({fresh.url()})}, other{fresh.url()} {}

  std::int64_t add_completed(const std::string& key) {
    const auto job = store.enqueue("w", "", {.unique_key = key});
    (void)store.claim("default");
    store.complete(job.id);
    return job.id;
  }
  [[nodiscard]] bool waits_for_lock() {
    return support::eventually([&] {
      return watching.value("SELECT count(*) FROM pg_stat_activity WHERE datname = "
                            "current_database() AND wait_event_type = 'Lock'")
        == "1";
    });
  }

  support::FreshDatabase fresh{};
  PgStore store;
  support::SqlConnection other;
  support::SqlConnection watching{fresh.url()};
};

} // namespace

TEST_CASE("a retry of many whose unique key somebody takes meanwhile retries the others",
          "[pg][changes]") {
  Changed test;
  const auto taken = test.add_completed("taken");
  const auto free = test.add_completed("free");
  // A foreign program's job takes the key; it commits while the retry waits for it.
  test.other.run("BEGIN; INSERT INTO zzz_jobs (worker, unique_key) VALUES ('w', 'taken')");
  auto retried = std::async(std::launch::async, [&] {
    return test.store.change_all(ChangeKind::retry, {taken, free});
  });
  REQUIRE(test.waits_for_lock());
  test.other.run("COMMIT");
  const auto changes = retried.get();
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].result == ChangeResult::key_taken);
  CHECK(changes[1].result == ChangeResult::changed);
  CHECK(test.store.get(taken)->state == JobState::completed);
  CHECK(test.store.get(free)->state == JobState::available);
}

TEST_CASE("the first change after a restart of the database is done", "[pg][changes]") {
  Changed test;
  const auto id = test.store.enqueue("w", "").id;
  REQUIRE(test.store.get(id)); // on the connection that is then lost
  REQUIRE(test.other.value("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE "
                           "datname = current_database() AND application_name = 'zzz_jobs desk'")
          == "1");
  CHECK(test.store.cancel(id).result == ChangeResult::changed);
  CHECK(test.store.get(id)->state == JobState::cancelled);
}

TEST_CASE("what others did to a job while a change of many waited for it counts", "[pg][changes]") {
  Changed test;
  const auto deleted = test.store.enqueue("w", "").id;
  const auto ended = test.store.enqueue("w", "").id;
  const auto free = test.store.enqueue("w", "").id;
  const auto id = [](std::int64_t number) { return std::to_string(number); };
  test.other.run("BEGIN; DELETE FROM zzz_jobs WHERE id = " + id(deleted)
                 + "; UPDATE zzz_jobs SET state = 2, completed_at = 1 WHERE id = " + id(ended));
  auto cancelled = std::async(std::launch::async, [&] {
    return test.store.change_all(ChangeKind::cancel, {deleted, ended, free});
  });
  REQUIRE(test.waits_for_lock());
  test.other.run("COMMIT");
  const auto changes = cancelled.get();
  REQUIRE(changes.size() == 3);
  CHECK(changes[0].result == ChangeResult::not_found);
  CHECK(changes[1].result == ChangeResult::not_allowed);
  CHECK(changes[1].before == JobState::completed);
  CHECK(changes[2].result == ChangeResult::changed);
  CHECK(test.store.get(ended)->state == JobState::completed);
  CHECK(test.store.get(free)->state == JobState::cancelled);
}
