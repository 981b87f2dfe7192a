#pragma once

#include <zzz_jobs/conformance/driver.hpp>

// What survives the death of the process, for stores that keep their data.

namespace zzz_jobs::conformance {

TEMPLATE_LIST_TEST_CASE("jobs, pauses and ticks survive the process", "[conformance][reopen]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(reopens)
  if constexpr (TestType::capabilities.reopens) {
    Driver<TestType> store;
    const auto done = store.add();
    REQUIRE(store.end({.claim = store.claim_one().claim(), .result = "[1]"})
            == OutcomeResult::applied);
    const auto failed = store.add();
    REQUIRE(store.end(store.claim_one(), OutcomeKind::fail, 60s, "first")
            == OutcomeResult::applied);
    const auto waiting = store.add({.priority = 3, .unique_key = "k"}, "mailer", R"(["ä"])");
    auto ticking = new_job({.queue = "bulk"});
    ticking.tick = CronTick{"nightly", store.now()};
    REQUIRE(store.enqueue(std::move(ticking)).id > 0);
    store.store().pause("bulk");
    store.store().set_cron_paused("nightly", true);
    store.reopen();
    CHECK(store.store().is_cron_paused("nightly"));
    CHECK(store.job(done).result == "[1]");
    CHECK(store.state(failed) == JobState::retryable);
    CHECK(store.job(failed).errors.find("first") != std::string::npos);
    CHECK(store.job(waiting).args == R"(["ä"])");
    CHECK(store.job(waiting).priority == 3);
    CHECK(store.enqueue(new_job({.unique_key = "k"})).id == waiting);
    CHECK(store.store().is_paused("bulk"));
    CHECK(store.store().last_tick("nightly") == store.now());
    // What was fired before the death is void, what comes after it is not.
    for (const auto& [tick, is_void] :
         {std::pair{store.now() - 60s, true}, {store.now(), true}, {store.now() + 60s, false}}) {
      auto job = new_job({.queue = "bulk"});
      job.tick = CronTick{"nightly", tick};
      const auto fired = store.enqueue(std::move(job));
      CHECK(fired.conflict == is_void);
      CHECK((fired.id == 0) == is_void);
    }
    CHECK(store.count(JobState::available, "bulk") == 2);
    CHECK(store.add() > waiting);
  }
}

TEMPLATE_LIST_TEST_CASE("the executions of a dead process are rescued, whatever their age",
                        "[conformance][reopen][rescue]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(reopens)
  if constexpr (TestType::capabilities.reopens) {
    Driver<TestType> store;
    const auto often = store.add();
    const auto once = store.add({.max_attempts = 1});
    const auto before = store.claim(2);
    REQUIRE(before.size() == 2);
    store.reopen();
    CHECK(store.store().node_id() != before[0].node);
    const auto lost = store.store().rescue_dead_owners();
    REQUIRE(lost.size() == 2);
    CHECK(store.state(often) == JobState::available);
    CHECK(store.state(once) == JobState::discarded);
    CHECK(store.store().rescue_dead_owners().empty());
    const auto again = store.claim_one();
    CHECK(again.id == often);
    CHECK(again.attempt == 2);
    CHECK(store.complete(before[0]) == OutcomeResult::refused);
    CHECK(store.complete(again) == OutcomeResult::applied);
  }
}

TEMPLATE_LIST_TEST_CASE("a job whose process dies every time ends discarded",
                        "[conformance][reopen][rescue]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(reopens)
  if constexpr (TestType::capabilities.reopens) {
    Driver<TestType> store;
    const auto id = store.add({.max_attempts = 3});
    for (int attempt = 1; attempt <= 3; ++attempt) {
      CHECK(store.claim_one().attempt == attempt);
      store.reopen();
      CHECK(store.store().rescue_dead_owners().size() == 1);
    }
    CHECK(store.state(id) == JobState::discarded);
    CHECK(store.claim(1).empty());
  }
}

} // namespace zzz_jobs::conformance
