#pragma once

#include <zzz_jobs/conformance/driver.hpp>

// Final jobs are given up by age and by count.

namespace zzz_jobs::conformance {

/// Jobs that ended ten seconds apart, in the order of their ends.
template <class F>
[[nodiscard]] std::vector<std::int64_t> ended_jobs(Driver<F>& store, OutcomeKind kind, int count) {
  std::vector<std::int64_t> ended;
  for (int i = 0; i < count; ++i) {
    ended.push_back(store.add());
    REQUIRE(store.end(store.claim_one(), kind) == OutcomeResult::applied);
    store.advance(10s);
  }
  return ended;
}

TEMPLATE_LIST_TEST_CASE("completed jobs are pruned by age", "[conformance][prune]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto done = ended_jobs(store, OutcomeKind::complete, 4); // now 40, 30, 20, 10 s ago
  const auto waiting = store.add();
  const PrunePolicy policy{.completed = {.age = 20s}};
  CHECK(store.store().prune(policy, 100) == 2);
  CHECK_FALSE(store.find(done[0]));
  CHECK_FALSE(store.find(done[1]));
  CHECK(store.find(done[2]));
  CHECK(store.find(done[3]));
  CHECK(store.find(waiting));
  CHECK(store.store().prune(policy, 100) == 0);
  CHECK(store.store().prune({}, 100) == 0);
}

TEMPLATE_LIST_TEST_CASE("each final state has its own retention", "[conformance][prune]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(prune)
  Driver<TestType> store;
  const auto completed = ended_jobs(store, OutcomeKind::complete, 3);
  const auto discarded = ended_jobs(store, OutcomeKind::discard, 3);
  const auto cancelled = ended_jobs(store, OutcomeKind::cancel, 3);
  CHECK(store.store().prune({.discarded = {.count = 1}, .cancelled = {.age = 15s}}, 100) == 4);
  for (const auto id : completed)
    CHECK(store.find(id));
  CHECK_FALSE(store.find(discarded[0]));
  CHECK_FALSE(store.find(discarded[1]));
  CHECK(store.find(discarded[2]));
  CHECK_FALSE(store.find(cancelled[0]));
  CHECK_FALSE(store.find(cancelled[1]));
  CHECK(store.find(cancelled[2]));
  CHECK(store.store().prune({.completed = {.count = 0}}, 100) == 3);
}

TEMPLATE_LIST_TEST_CASE("age and count of one state both give jobs up", "[conformance][prune]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(prune)
  Driver<TestType> store;
  (void)ended_jobs(store, OutcomeKind::complete, 5);
  CHECK(store.store().prune({.completed = {.age = 1h, .count = 4}}, 100) == 1);
  CHECK(store.store().prune({.completed = {.age = 15s, .count = 4}}, 100) == 3);
  CHECK(store.count(JobState::completed) == 1);
}

TEMPLATE_LIST_TEST_CASE("a round of pruning keeps to its limit, the oldest go first",
                        "[conformance][prune]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(prune)
  Driver<TestType> store;
  const auto completed = ended_jobs(store, OutcomeKind::complete, 5);
  const PrunePolicy policy{.completed = {.count = 0}};
  CHECK(store.store().prune(policy, 2) == 2);
  CHECK_FALSE(store.find(completed[0]));
  CHECK_FALSE(store.find(completed[1]));
  CHECK(store.store().prune(policy, 2) == 2);
  CHECK(store.find(completed[4]));
  CHECK(store.store().prune(policy, 2) == 1);
}

TEMPLATE_LIST_TEST_CASE("the limit of a round holds for all final states together",
                        "[conformance][prune]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(prune)
  Driver<TestType> store;
  (void)ended_jobs(store, OutcomeKind::complete, 3);
  (void)ended_jobs(store, OutcomeKind::discard, 3);
  (void)ended_jobs(store, OutcomeKind::cancel, 3);
  const Retention nothing{.count = 0};
  const PrunePolicy policy{.completed = nothing, .discarded = nothing, .cancelled = nothing};
  CHECK(store.store().prune(policy, 4) == 4);
  CHECK(store.store().prune(policy, 4) == 4);
  CHECK(store.store().prune(policy, 4) == 1);
  CHECK(store.store().prune(policy, 4) == 0);
}

TEMPLATE_LIST_TEST_CASE("a retried job starts its retention anew", "[conformance][prune]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(prune)
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  Driver<TestType> store;
  const auto done = ended_jobs(store, OutcomeKind::complete, 2);
  REQUIRE(store.store().retry(done[0]).result == ChangeResult::changed);
  REQUIRE(store.complete(store.claim_one()) == OutcomeResult::applied);
  CHECK(store.store().prune({.completed = {.count = 1}}, 10) == 1);
  CHECK(store.find(done[0]));
  CHECK_FALSE(store.find(done[1]));
}

} // namespace zzz_jobs::conformance
