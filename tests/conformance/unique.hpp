#pragma once

#include <zzz_jobs/conformance/driver.hpp>

// At most one live job a unique key.

namespace zzz_jobs::conformance {

TEMPLATE_LIST_TEST_CASE("ignore_new answers with the live job in every live state",
                        "[conformance][unique]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(unique)
  Driver<TestType> store;
  const auto id = store.add({.delay = 10s, .unique_key = "k"});
  const auto conflicts_in = [&](JobState state) {
    REQUIRE(store.state(id) == state);
    const auto job = store.store().enqueue("other", "[]", {.queue = "bulk", .unique_key = "k"});
    CHECK(job.id == id);
    CHECK(job.conflict);
    CHECK(job.state == state);
    CHECK(job.worker == "mailer");
    const auto done = store.enqueue(new_job({.unique_key = "k"}));
    CHECK(done.id == id);
    CHECK(done.conflict);
    CHECK(done.state == state);
    CHECK_FALSE(done.cancelled);
  };
  conflicts_in(JobState::scheduled);
  store.advance(10s);
  (void)store.apply({});
  const auto job = store.claim_one();
  conflicts_in(JobState::executing);
  REQUIRE(store.end(job, OutcomeKind::fail, 10s) == OutcomeResult::applied);
  conflicts_in(JobState::retryable);
  store.advance(1h);
  REQUIRE(store.end(store.claim_one(), OutcomeKind::release) == OutcomeResult::applied);
  conflicts_in(JobState::available);
  CHECK(store.count(JobState::available, "bulk") == 0);
}

TEMPLATE_LIST_TEST_CASE("a final job leaves its key to others", "[conformance][unique]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(unique)
  Driver<TestType> store;
  std::int64_t last = 0;
  for (const auto kind : {OutcomeKind::complete, OutcomeKind::discard, OutcomeKind::cancel}) {
    const auto job = store.store().enqueue("mailer", "{}", {.queue = "mail", .unique_key = "k"});
    CHECK_FALSE(job.conflict);
    CHECK(job.id > last);
    CHECK(job.unique_key == "k");
    last = job.id;
    REQUIRE(store.end(store.claim_one(), kind) == OutcomeResult::applied);
  }
  CHECK_FALSE(store.enqueue(new_job({.unique_key = "k"})).conflict);
}

TEMPLATE_LIST_TEST_CASE("keys are compared byte by byte and over all queues and workers",
                        "[conformance][unique]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(unique)
  Driver<TestType> store;
  const auto id = store.add({.unique_key = "Key"});
  for (const auto* other : {"key", "KEY", "Key ", " Key", "Ke", "Key'"})
    CHECK_FALSE(store.enqueue(new_job({.unique_key = other})).conflict);
  CHECK(store.enqueue(new_job({.queue = "bulk", .unique_key = "Key"}, "other")).id == id);
  const auto none = store.add();
  CHECK(store.add() != none); // no key conflicts with no key
}

TEMPLATE_LIST_TEST_CASE("cancel_existing replaces a waiting job", "[conformance][unique]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(unique)
  Driver<TestType> store;
  const auto old = store.add({.delay = 60s, .unique_key = "k"});
  const auto done =
    store.enqueue(new_job({.unique_key = "k", .unique_strategy = UniqueStrategy::cancel_existing}));
  CHECK_FALSE(done.conflict);
  CHECK(done.id > old);
  CHECK_FALSE(done.cancelled);
  if (TestType::capabilities.by_id) // else it knows the jobs alone that it has claimed
    CHECK(done.replaced == old);
  CHECK(store.state(old) == JobState::cancelled);
  CHECK(store.job(old).completed_at == store.now());
  CHECK(store.claim_one().id == done.id);
  store.advance(1h);
  CHECK(store.claim(5).empty());
}

TEMPLATE_LIST_TEST_CASE("cancel_existing ends a running job, whose outcome is then refused",
                        "[conformance][unique][fence]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(unique)
  Driver<TestType> store;
  const auto old = store.add({.unique_key = "k"});
  const auto running = store.claim_one();
  const auto done =
    store.enqueue(new_job({.unique_key = "k", .unique_strategy = UniqueStrategy::cancel_existing}));
  REQUIRE(done.cancelled);
  CHECK(*done.cancelled == running.claim());
  CHECK(done.replaced == old);
  CHECK(store.state(old) == JobState::cancelled);
  for (const auto kind : every_outcome)
    CHECK(store.end(running, kind) == OutcomeResult::refused);
  CHECK(store.state(old) == JobState::cancelled);
  CHECK(store.claim_one().id == done.id);
}

TEMPLATE_LIST_TEST_CASE("rows of one batch conflict with each other", "[conformance][unique]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(unique)
  Driver<TestType> store;
  Batch batch;
  batch.enqueues.push_back(new_job({.unique_key = "a"}));
  batch.enqueues.push_back(new_job({.unique_key = "a"}));
  batch.enqueues.push_back(new_job({.unique_key = "b"}));
  batch.enqueues.push_back(
    new_job({.unique_key = "a", .unique_strategy = UniqueStrategy::cancel_existing}));
  const auto done = store.apply(std::move(batch)).enqueued;
  REQUIRE(done.size() == 4);
  CHECK(done[1].conflict);
  CHECK(done[1].id == done[0].id);
  CHECK_FALSE(done[2].conflict);
  CHECK_FALSE(done[3].conflict);
  CHECK(store.state(done[0].id) == JobState::cancelled);
  CHECK(store.count(JobState::available) == 2);
}

} // namespace zzz_jobs::conformance
