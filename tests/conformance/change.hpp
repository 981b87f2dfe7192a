#pragma once

#include <zzz_jobs/conformance/driver.hpp>

// Interventions by hand: retry, cancel, remove.

namespace zzz_jobs::conformance {

TEMPLATE_LIST_TEST_CASE("a running job is cancelled, and its outcome is refused",
                        "[conformance][change][fence]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add();
  const auto running = store.claim_one();
  const auto change = store.store().cancel(id);
  CHECK(change.result == ChangeResult::changed);
  CHECK(change.before == JobState::executing);
  CHECK(change.claim == running.claim());
  CHECK(change.queue == "mail");
  for (const auto late : every_outcome)
    CHECK(store.end(running, late) == OutcomeResult::refused);
  CHECK(is_final(store.state(id)));
  CHECK(store.count(JobState::executing) == 0);
  CHECK(store.store().open_claims("mail").empty());
}

TEMPLATE_LIST_TEST_CASE("every live job can be cancelled, no final one", "[conformance][change]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  Driver<TestType> store;
  const auto retryable = store.add();
  REQUIRE(store.end(store.claim_one(), OutcomeKind::fail, 60s) == OutcomeResult::applied);
  const auto available = store.add();
  const auto scheduled = store.add({.delay = 60s});
  for (const auto id : {retryable, available, scheduled}) {
    const auto before = store.state(id);
    const auto change = store.store().cancel(id);
    CHECK(change.result == ChangeResult::changed);
    CHECK(change.before == before);
    CHECK(store.state(id) == JobState::cancelled);
    CHECK(store.job(id).completed_at == store.now());
    const auto again = store.store().cancel(id);
    CHECK(again.result == ChangeResult::not_allowed);
    CHECK(again.before == JobState::cancelled);
  }
  store.advance(1h);
  CHECK(store.claim(10).empty());
  CHECK(store.store().cancel(scheduled + 1).result == ChangeResult::not_found);
}

TEMPLATE_LIST_TEST_CASE("a final job is retried with renewed attempts",
                        "[conformance][change][retry]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  for (const auto kind : {OutcomeKind::complete, OutcomeKind::fail, OutcomeKind::cancel}) {
    Driver<TestType> store;
    const auto id = store.add({.max_attempts = 1});
    const auto lost = store.claim_one();
    REQUIRE(store.end(lost, kind) == OutcomeResult::applied);
    const auto before = store.state(id);
    REQUIRE(is_final(before));
    store.advance(60s);
    const auto change = store.store().retry(id);
    CHECK(change.result == ChangeResult::changed);
    CHECK(change.before == before);
    CHECK(change.queue == "mail");
    const auto kept = store.job(id);
    CHECK(kept.state == JobState::available);
    CHECK(kept.attempt == 1);
    CHECK(kept.attempts_used() == 0);
    CHECK_FALSE(kept.completed_at);
    const auto again = store.claim_one();
    CHECK(again.attempt == 2);
    CHECK(again.is_last_attempt());
    CHECK(store.complete(lost) == OutcomeResult::refused);
    CHECK(store.complete(again) == OutcomeResult::applied);
  }
}

TEMPLATE_LIST_TEST_CASE("a waiting job is retried at once, others not",
                        "[conformance][change][retry]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  Driver<TestType> store;
  const auto retryable = store.add({.max_attempts = 2});
  REQUIRE(store.end(store.claim_one(), OutcomeKind::fail, 600s) == OutcomeResult::applied);
  const auto scheduled = store.add({.delay = 600s});
  for (const auto id : {retryable, scheduled}) {
    CHECK(store.store().retry(id).result == ChangeResult::changed);
    CHECK(store.state(id) == JobState::available);
    CHECK(store.job(id).scheduled_at <= store.now());
    const auto again = store.store().retry(id);
    CHECK(again.result == ChangeResult::not_allowed);
    CHECK(again.before == JobState::available);
    const auto job = store.claim_one();
    CHECK(job.id == id);
    CHECK(job.attempts_used() == 1);
    const auto running = store.store().retry(id);
    CHECK(running.result == ChangeResult::not_allowed);
    CHECK(running.before == JobState::executing);
    CHECK(store.complete(job) == OutcomeResult::applied);
  }
  CHECK(store.store().retry(scheduled + 1).result == ChangeResult::not_found);
}

TEMPLATE_LIST_TEST_CASE("a final job is not retried while another one has its unique key",
                        "[conformance][change][retry][unique]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  Driver<TestType> store;
  const auto old = store.add({.unique_key = "k"});
  REQUIRE(store.complete(store.claim_one()) == OutcomeResult::applied);
  const auto holder = store.add({.unique_key = "k"});
  const auto change = store.store().retry(old);
  CHECK(change.result == ChangeResult::key_taken);
  CHECK(change.before == JobState::completed);
  CHECK(store.state(old) == JobState::completed);
  REQUIRE(store.store().remove(holder).result == ChangeResult::changed);
  CHECK(store.store().retry(old).result == ChangeResult::changed);
  CHECK(store.enqueue(new_job({.unique_key = "k"})).id == old);
}

TEMPLATE_LIST_TEST_CASE("a job is removed in every state but executing", "[conformance][change]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  Driver<TestType> store;
  const auto retryable = store.add();
  REQUIRE(store.end(store.claim_one(), OutcomeKind::fail, 60s) == OutcomeResult::applied);
  const auto completed = store.add();
  REQUIRE(store.complete(store.claim_one()) == OutcomeResult::applied);
  const auto executing = store.add();
  const auto running = store.claim_one();
  const auto available = store.add({.unique_key = "k"});
  const auto scheduled = store.add({.delay = 60s});
  for (const auto id : {retryable, completed, available, scheduled}) {
    const auto before = store.state(id);
    const auto change = store.store().remove(id);
    CHECK(change.result == ChangeResult::changed);
    CHECK(change.before == before);
    CHECK_FALSE(store.find(id));
    CHECK(store.store().remove(id).result == ChangeResult::not_found);
  }
  const auto change = store.store().remove(executing);
  CHECK(change.result == ChangeResult::not_allowed);
  CHECK(change.before == JobState::executing);
  CHECK(store.complete(running) == OutcomeResult::applied);
  store.advance(1h);
  CHECK(store.claim(10).empty());
  CHECK_FALSE(store.enqueue(new_job({.unique_key = "k"})).conflict);
}

TEMPLATE_LIST_TEST_CASE("ids are never given twice", "[conformance][change]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  Driver<TestType> store;
  std::int64_t last = 0;
  for (int i = 0; i < 5; ++i) {
    const auto id = store.add();
    CHECK(id > last);
    last = id;
    REQUIRE(store.store().remove(id).result == ChangeResult::changed);
  }
}

} // namespace zzz_jobs::conformance
