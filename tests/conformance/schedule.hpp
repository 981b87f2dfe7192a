#pragma once

#include <zzz_jobs/conformance/driver.hpp>

// What waits for its time: scheduled and retryable jobs, ticks of cron entries.

namespace zzz_jobs::conformance {

TEMPLATE_LIST_TEST_CASE("a scheduled job is claimed at its time, not before",
                        "[conformance][schedule]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto start = store.now();
  const auto at = store.add({.scheduled_at = start + 60s});
  const auto delayed = store.enqueue(new_job({.delay = 61s}));
  CHECK(delayed.state == JobState::scheduled);
  CHECK(delayed.scheduled_at == store.now() + 61s);
  CHECK(store.state(at) == JobState::scheduled);
  store.advance(59s);
  CHECK(store.claim(5).empty());
  store.advance(1s);
  CHECK(ids(store.claim(5)) == std::vector{at});
  store.advance(1s);
  CHECK(store.store().claim("mail")->id == delayed.id);
}

TEMPLATE_LIST_TEST_CASE("a job whose time is past is available at once", "[conformance][schedule]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto now = store.now();
  const auto past = store.enqueue(new_job({.scheduled_at = now - 1h}));
  const auto present = store.enqueue(new_job({.scheduled_at = now}));
  const auto undelayed = store.enqueue(new_job({.delay = 0s}));
  for (const auto& job : {past, present, undelayed}) {
    CHECK(job.state == JobState::available);
    CHECK(job.scheduled_at <= store.now());
  }
  CHECK(ids(store.claim(5)) == std::vector{past.id, present.id, undelayed.id});
}

TEMPLATE_LIST_TEST_CASE("a due job competes by priority and id like any other",
                        "[conformance][schedule]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto late = store.add({.delay = 20s});
  const auto soon = store.add({.delay = 10s});
  const auto urgent = store.add({.priority = -1, .delay = 20s});
  const auto plain = store.add();
  store.advance(20s);
  CHECK(ids(store.claim(10)) == std::vector{urgent, late, soon, plain});
}

TEMPLATE_LIST_TEST_CASE("a due retry takes its old place", "[conformance][schedule]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(delays)
  Driver<TestType> store;
  const auto id = store.add();
  REQUIRE(store.end(store.claim_one(), OutcomeKind::fail, 15s) == OutcomeResult::applied);
  const auto newer = store.add();
  store.advance(14s);
  CHECK(ids(store.claim(1)) == std::vector{newer});
  store.advance(1s);
  store.add();
  const auto again = store.claim_one();
  CHECK(again.id == id);
  CHECK(again.attempt == 2);
}

TEMPLATE_LIST_TEST_CASE("a turn tells when the next waiting job becomes due",
                        "[conformance][schedule]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(delays)
  Driver<TestType> store;
  CHECK_FALSE(store.apply({}).next_due);
  store.add();
  CHECK_FALSE(store.apply({}).next_due);
  store.add({.delay = 60s});
  CHECK(store.apply({}).next_due == store.now() + 60s);
  Batch batch;
  batch.enqueues.push_back(new_job({.queue = "other", .delay = 30s}));
  CHECK(store.apply(std::move(batch)).next_due == store.now() + 30s);
  REQUIRE(store.end(store.claim_one(), OutcomeKind::fail, 10s) == OutcomeResult::applied);
  CHECK(store.apply({}).next_due == store.now() + 10s);
  store.advance(31s);
  CHECK(store.apply({}).next_due == store.now() + 29s);
  CHECK(store.count(JobState::available) == 1);
  CHECK(store.count(JobState::available, "other") == 1);
}

TEMPLATE_LIST_TEST_CASE("a tick of a cron entry fires once", "[conformance][schedule][cron]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto fire = [&](const std::string& entry, UnixTime at) {
    auto job = new_job();
    job.tick = CronTick{entry, at};
    return store.enqueue(std::move(job));
  };
  const auto noon = store.now();
  CHECK_FALSE(store.store().last_tick("nightly"));
  const auto first = fire("nightly", noon);
  CHECK(first.id > 0);
  CHECK_FALSE(first.conflict);
  CHECK(store.store().last_tick("nightly") == noon);
  for (const auto void_tick : {noon, noon - 60s}) {
    const auto again = fire("nightly", void_tick);
    CHECK(again.conflict);
    CHECK(again.id == 0);
    CHECK(again.failed == errc{});
  }
  CHECK(store.store().last_tick("nightly") == noon);
  CHECK(fire("hourly", noon).id > 0);
  CHECK(fire("nightly", noon + 60s).id > 0);
  CHECK(store.store().last_tick("nightly") == noon + 60s);
  CHECK(store.count(JobState::available) == 3);
}

TEMPLATE_LIST_TEST_CASE("what passed while a cron entry was paused counts as fired",
                        "[conformance][schedule][cron]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto begin = store.now();
  CHECK_FALSE(store.store().is_cron_paused("nightly"));
  CHECK(store.store().cron_since("nightly", begin) == begin);
  store.store().set_cron_paused("nightly", true);
  store.store().set_cron_paused("nightly", true);
  CHECK(store.store().is_cron_paused("nightly"));
  CHECK_FALSE(store.store().is_cron_paused("hourly"));
  CHECK(store.store().cron_since("nightly", begin) == begin);
  store.advance(3600s);
  store.store().set_cron_paused("nightly", false);
  CHECK_FALSE(store.store().is_cron_paused("nightly"));
  CHECK(store.store().cron_since("nightly", begin) == begin + 3600s);
  // Resumed twice: the ticks in between are due as ever.
  store.advance(60s);
  store.store().set_cron_paused("nightly", false);
  CHECK(store.store().cron_since("nightly", begin) == begin + 3600s);
}

TEMPLATE_LIST_TEST_CASE("a tick counts as fired when its job conflicts with a live one",
                        "[conformance][schedule][cron]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(unique)
  Driver<TestType> store;
  const auto live = store.add({.unique_key = "report"});
  auto job = new_job({.unique_key = "report"});
  job.tick = CronTick{"nightly", store.now()};
  const auto done = store.enqueue(std::move(job));
  CHECK(done.conflict);
  CHECK(done.id == live);
  CHECK(store.store().last_tick("nightly") == store.now());
}

} // namespace zzz_jobs::conformance
