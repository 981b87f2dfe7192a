#pragma once

#include <zzz_jobs/conformance/driver.hpp>

// Executions that nobody finishes.

namespace zzz_jobs::conformance {

TEMPLATE_LIST_TEST_CASE("an execution without owner is rescued when it is older than the age",
                        "[conformance][rescue]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add();
  const auto lost = store.store().claim("mail");
  REQUIRE(lost);
  store.advance(300s);
  CHECK(store.store().rescue_stuck(300s) == 0);
  CHECK(store.state(id) == JobState::executing);
  store.advance(1s);
  CHECK(store.store().rescue_stuck(300s) == 1);
  CHECK(store.state(id) == JobState::available);
  CHECK(store.job(id).attempt == 1);
  CHECK(store.job(id).errors.find("lost: ") != std::string::npos);
  CHECK(store.store().rescue_stuck(300s) == 0);
}

TEMPLATE_LIST_TEST_CASE("the outcome of a rescued execution is refused",
                        "[conformance][rescue][fence]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add();
  const auto lost = store.store().claim("mail");
  REQUIRE(lost);
  store.advance(301s);
  REQUIRE(store.store().rescue_stuck(300s) == 1);
  const auto current = store.claim_one();
  CHECK(current.attempt == 2);
  for (const auto late : every_outcome)
    CHECK(store.end(*lost, late) == OutcomeResult::refused);
  CHECK(store.state(id) == JobState::executing);
  CHECK(store.complete(current) == OutcomeResult::applied);
  CHECK(store.complete(*lost) == OutcomeResult::refused);
  CHECK(store.job(id).attempt == 2);
}

TEMPLATE_LIST_TEST_CASE("an execution whose owner lives is not rescued by age",
                        "[conformance][rescue]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add();
  const auto job = store.claim_one();
  store.advance(30 * 24h);
  CHECK(store.store().rescue_stuck(300s) == 0);
  CHECK(store.store().rescue_dead_owners().empty());
  CHECK(store.state(id) == JobState::executing);
  CHECK(store.complete(job) == OutcomeResult::applied);
  CHECK(store.job(id).attempt == 1);
}

TEMPLATE_LIST_TEST_CASE("a job lost at every attempt ends discarded", "[conformance][rescue]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add({.max_attempts = 3});
  for (int attempt = 1; attempt <= 3; ++attempt) {
    REQUIRE(store.store().claim("mail"));
    store.advance(61s);
    CHECK(store.store().rescue_stuck(60s) == 1);
  }
  CHECK(store.state(id) == JobState::discarded);
  CHECK(store.job(id).completed_at == store.now());
  CHECK(store.job(id).attempt == 3);
  CHECK_FALSE(store.store().claim("mail"));
}

TEMPLATE_LIST_TEST_CASE("a rescued job takes its old place", "[conformance][rescue]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto first = store.add();
  const auto second = store.add();
  const auto urgent = store.add({.priority = -1});
  for (int i = 0; i < 3; ++i)
    REQUIRE(store.store().claim("mail"));
  store.advance(10s);
  const auto newer = store.add();
  CHECK(store.store().rescue_stuck(5s) == 3);
  CHECK(ids(store.claim(10)) == std::vector{urgent, first, second, newer});
}

TEMPLATE_LIST_TEST_CASE("an absurd age rescues nothing", "[conformance][rescue]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add();
  REQUIRE(store.store().claim("mail"));
  store.advance(24h);
  CHECK(store.store().rescue_stuck(std::chrono::seconds::max()) == 0);
  CHECK(store.state(id) == JobState::executing);
  CHECK(store.store().rescue_stuck(std::chrono::seconds::min()) == 1);
}

} // namespace zzz_jobs::conformance
