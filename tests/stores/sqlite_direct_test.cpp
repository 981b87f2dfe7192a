// Direct start: new jobs of an idle queue are inserted already executing.
#include "stores/sqlite_file.hpp"
#include "support/catch.hpp"

#include <zzz_jobs/stores/sqlite_store.hpp>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

namespace {

Batch batch_of(std::vector<NewJob> jobs, std::uint32_t slots) {
  Batch batch;
  batch.enqueues = std::move(jobs);
  batch.claims.push_back({"q", slots, 0});
  return batch;
}

NewJob job_of(std::string worker, std::int32_t priority = 0) {
  NewJob job;
  job.worker = std::move(worker);
  job.queue = "q";
  job.args = "x";
  job.priority = priority;
  return job;
}

} // namespace

TEST_CASE("a job for an idle queue is inserted executing, and its outcome counts",
          "[sqlite][direct]") {
  SqliteFile file;
  auto store = file.open();
  auto batch = batch_of({job_of("w", 5), job_of("w", -5)}, 2);
  const auto result = store.apply(batch);
  REQUIRE(result.enqueued.size() == 2);
  CHECK(result.enqueued[0].state == JobState::executing);
  REQUIRE(result.claimed[0].size() == 2);
  CHECK(result.claimed[0][0].priority == -5); // by priority, as a claim would
  CHECK(result.claimed[0][0].attempt == 1);
  CHECK(result.claimed[0][0].args == "x");
  const auto row = *store.get(result.enqueued[0].id);
  CHECK(row.state == JobState::executing);
  CHECK(row.attempt == 1);
  CHECK(row.node == store.node_id());
  CHECK(row.attempted_at == store.now());
  CHECK(store.open_claims("q").size() == 2);
  Batch outcome;
  outcome.outcomes.push_back({.claim = row.claim()});
  CHECK(store.apply(outcome).outcomes[0] == OutcomeResult::applied);
  CHECK(store.get(row.id)->state == JobState::completed);
}

TEST_CASE("jobs wait as usual where something is before them or they are too many",
          "[sqlite][direct]") {
  SqliteFile file;
  auto store = file.open();
  auto too_many = batch_of({job_of("w", 1), job_of("w", 0), job_of("w", -1)}, 2);
  const auto first = store.apply(too_many);
  CHECK(first.enqueued[0].state == JobState::available);
  REQUIRE(first.claimed[0].size() == 2);
  CHECK(first.claimed[0][0].priority == -1);
  CHECK(first.claimed[0][1].priority == 0);
  // The one left has a lower priority than the next, and still comes first where
  // it is more urgent.
  auto next = batch_of({job_of("w", 9)}, 1);
  const auto second = store.apply(next);
  CHECK(second.enqueued[0].state == JobState::available);
  REQUIRE(second.claimed[0].size() == 1);
  CHECK(second.claimed[0][0].priority == 1);
}

TEST_CASE("no direct start while paused, before its time, or without its worker",
          "[sqlite][direct]") {
  SqliteFile file;
  auto store = file.open();
  store.pause("q");
  auto paused = batch_of({job_of("w")}, 5);
  CHECK(store.apply(paused).claimed[0].empty());
  store.resume_queue("q");
  Batch take;
  take.claims.push_back({"q", 5, 0});
  CHECK(store.apply(take).claimed[0].size() == 1);

  auto later = job_of("w");
  later.delay = 60s;
  auto batch = batch_of({later, job_of("unknown"), job_of("w")}, 5);
  batch.claims[0].known_workers =
    std::make_shared<const std::unordered_set<std::string>>(std::unordered_set<std::string>{"w"});
  const auto result = store.apply(batch);
  CHECK(result.enqueued[0].state == JobState::scheduled);
  CHECK(result.enqueued[1].state == JobState::available);
  CHECK(result.enqueued[2].state == JobState::executing);
  REQUIRE(result.claimed[0].size() == 1);
  CHECK(result.claimed[0][0].id == result.enqueued[2].id);
}

TEST_CASE("a direct start keeps keys unique and ticks single", "[sqlite][direct]") {
  SqliteFile file;
  auto store = file.open();
  auto keyed = job_of("w");
  keyed.unique_key = "k";
  keyed.tick = CronTick{"entry", store.now()};
  auto batch = batch_of({keyed}, 5);
  const auto first = store.apply(batch);
  REQUIRE(first.claimed[0].size() == 1);
  CHECK(first.claimed[0][0].unique_key == "k");
  auto same_tick = batch_of({keyed}, 5);
  CHECK(store.apply(same_tick).claimed[0].empty());
  keyed.tick.reset();
  auto same_key = batch_of({keyed}, 5);
  const auto second = store.apply(same_key);
  CHECK(second.enqueued[0].conflict);
  CHECK(second.enqueued[0].id == first.enqueued[0].id);
  CHECK(second.claimed[0].empty());
  keyed.unique_strategy = UniqueStrategy::cancel_existing;
  // Two of one key: the second cancels the first, which must not have started.
  auto replacing = batch_of({keyed, keyed}, 5);
  const auto third = store.apply(replacing);
  CHECK(third.enqueued[0].cancelled == first.claimed[0][0].claim());
  CHECK_FALSE(third.enqueued[1].cancelled);
  REQUIRE(third.claimed[0].size() == 1);
  CHECK(third.claimed[0][0].id == third.enqueued[1].id);
  CHECK(store.get(third.enqueued[0].id)->state == JobState::cancelled);
}
