#pragma once

#include <zzz_jobs/conformance/driver.hpp>

// What each outcome does to a job, and that it counts once and only for the
// current execution.

namespace zzz_jobs::conformance {

TEMPLATE_LIST_TEST_CASE("a completed job keeps its result and loses its owner",
                        "[conformance][outcomes]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(results)
  Driver<TestType> store;
  const auto id = store.add();
  const auto job = store.claim_one();
  store.advance(7s);
  CHECK(store.end({.claim = job.claim(), .result = R"({"sent": true})"}) == OutcomeResult::applied);
  const auto kept = store.job(id);
  CHECK(kept.state == JobState::completed);
  CHECK(kept.result == R"({"sent": true})");
  CHECK(kept.completed_at == store.now());
  CHECK(kept.attempted_at == store.now() - 7s);
  CHECK_FALSE(kept.node);
  CHECK(kept.errors.empty());
}

TEMPLATE_LIST_TEST_CASE("a failed job waits for its delay with the failure on record",
                        "[conformance][outcomes]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(delays)
  Driver<TestType> store;
  const auto id = store.add();
  const auto job = store.claim_one();
  CHECK(store.end(job, OutcomeKind::fail, 90s, "no route to host") == OutcomeResult::applied);
  const auto kept = store.job(id);
  CHECK(kept.state == JobState::retryable);
  CHECK(kept.scheduled_at == store.now() + 90s);
  CHECK(kept.attempt == 1);
  CHECK(kept.errors.find("no route to host") != std::string::npos);
  CHECK_FALSE(kept.completed_at);
  CHECK_FALSE(kept.node);
}

TEMPLATE_LIST_TEST_CASE("a failure of the last attempt discards the job", "[conformance][outcomes]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add({.max_attempts = 2});
  CHECK(store.end(store.claim_one(), OutcomeKind::fail) == OutcomeResult::applied);
  CHECK(store.state(id) == JobState::retryable);
  store.advance(1h);
  CHECK(store.end(store.claim_one(), OutcomeKind::fail) == OutcomeResult::applied);
  const auto kept = store.job(id);
  CHECK(kept.state == JobState::discarded);
  CHECK(kept.completed_at == store.now());
  CHECK(kept.attempt == 2);
}

TEMPLATE_LIST_TEST_CASE("the outcome of a last attempt says that the job is discarded",
                        "[conformance][outcomes]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  store.add({.max_attempts = 1});
  Batch batch;
  batch.outcomes.push_back({.claim = store.claim_one().claim(), .kind = OutcomeKind::fail});
  const auto result = store.apply(batch);
  REQUIRE(result.outcomes == std::vector{OutcomeResult::applied});
  CHECK(result.outcome_states == std::vector{JobState::discarded});
}

TEMPLATE_LIST_TEST_CASE("a discarded job is final and keeps the reason", "[conformance][outcomes]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add();
  CHECK(store.end(store.claim_one(), OutcomeKind::discard, 0s, "no such user")
        == OutcomeResult::applied);
  const auto kept = store.job(id);
  CHECK(kept.state == JobState::discarded);
  CHECK(kept.completed_at == store.now());
  CHECK(kept.errors.find("no such user") != std::string::npos);
  store.advance(24h);
  CHECK(store.claim(1).empty());
}

TEMPLATE_LIST_TEST_CASE("a job that its handler cancels is final and keeps the reason",
                        "[conformance][outcomes]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add();
  CHECK(store.end(store.claim_one(), OutcomeKind::cancel, 0s, "not wanted")
        == OutcomeResult::applied);
  const auto kept = store.job(id);
  const auto state =
    TestType::capabilities.cancelled_state ? JobState::cancelled : JobState::discarded;
  CHECK(kept.state == state);
  CHECK(kept.completed_at == store.now());
  CHECK(kept.errors.find("not wanted") != std::string::npos);
}

TEMPLATE_LIST_TEST_CASE("a snooze uses no attempt, and no two executions have one claim",
                        "[conformance][outcomes]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add({.max_attempts = 1});
  for (std::int32_t attempt = 1; attempt <= 3; ++attempt) {
    const auto job = store.claim_one();
    CHECK(job.attempt == attempt);
    CHECK(job.attempts_used() == 1);
    CHECK(store.end(job, OutcomeKind::snooze, 60s) == OutcomeResult::applied);
    CHECK(store.state(id) == JobState::scheduled);
    CHECK(store.claim(1).empty());
    store.advance(60s);
  }
  CHECK(store.end(store.claim_one(), OutcomeKind::fail) == OutcomeResult::applied);
  CHECK(store.state(id) == JobState::discarded);
}

TEMPLATE_LIST_TEST_CASE("an absurd snooze is held to a time that can be kept",
                        "[conformance][outcomes]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add();
  CHECK(store.end(store.claim_one(), OutcomeKind::snooze, std::chrono::seconds::max())
        == OutcomeResult::applied);
  CHECK(store.job(id).scheduled_at > store.now() + std::chrono::days{3650});
  const auto other = store.add();
  CHECK(store.end(store.claim_one(), OutcomeKind::snooze, std::chrono::seconds::min())
        == OutcomeResult::applied);
  CHECK(store.claim_one().id == other);
}

TEMPLATE_LIST_TEST_CASE("a released job is available at once and has used no attempt",
                        "[conformance][outcomes]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add({.max_attempts = 1});
  const auto first = store.claim_one();
  CHECK(store.end(first, OutcomeKind::release) == OutcomeResult::applied);
  CHECK(store.state(id) == JobState::available);
  CHECK(store.count(JobState::available) == 1);
  CHECK(store.count(JobState::executing) == 0);
  const auto second = store.claim_one();
  CHECK(second.id == id);
  CHECK(second.attempt == 2);
  CHECK(second.attempts_used() == 1);
  CHECK(store.complete(first) == OutcomeResult::refused);
  CHECK(store.complete(second) == OutcomeResult::applied);
}

TEMPLATE_LIST_TEST_CASE("a rescued execution is available again, with the loss on record",
                        "[conformance][outcomes]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(rescue_outcome)
  Driver<TestType> store;
  const auto id = store.add({.max_attempts = 2});
  CHECK(store.end(store.claim_one(), OutcomeKind::rescue, 0s, "worker ended")
        == OutcomeResult::applied);
  CHECK(store.state(id) == JobState::available);
  CHECK(store.job(id).errors.find("lost: worker ended") != std::string::npos);
  CHECK_FALSE(store.job(id).node);
  const auto again = store.claim_one();
  CHECK(again.attempts_used() == 2);
  CHECK(store.end(again, OutcomeKind::rescue) == OutcomeResult::applied);
  CHECK(store.state(id) == JobState::discarded);
  CHECK(store.job(id).completed_at == store.now());
}

TEMPLATE_LIST_TEST_CASE("an execution that ended refuses every later outcome",
                        "[conformance][outcomes][fence]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  for (const auto first : every_outcome)
    for (const auto late : every_outcome) {
      CAPTURE(static_cast<int>(first), static_cast<int>(late));
      Driver<TestType> store;
      const auto id = store.add();
      const auto lost = store.claim_one();
      REQUIRE(store.end(lost, first, 1h) == OutcomeResult::applied);
      const auto before = store.job(id);
      CHECK(store.end(lost, late, 5s, "late") == OutcomeResult::refused);
      const auto after = store.job(id);
      CHECK(after.state == before.state);
      CHECK(after.errors == before.errors);
      CHECK(after.completed_at == before.completed_at);
      CHECK(after.free_attempts == before.free_attempts);
    }
}

TEMPLATE_LIST_TEST_CASE("the outcome of an earlier execution does not touch the current one",
                        "[conformance][outcomes][fence]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add();
  const auto lost = store.claim_one();
  REQUIRE(store.end(lost, OutcomeKind::rescue, 0s) == OutcomeResult::applied);
  store.advance(1h);
  const auto current = store.claim_one();
  REQUIRE(current.id == id);
  for (const auto late : every_outcome) {
    CAPTURE(static_cast<int>(late));
    CHECK(store.end(lost, late, 5s, "late") == OutcomeResult::refused);
    CHECK(store.state(id) == JobState::executing);
    CHECK(store.job(id).errors.find("late") == std::string::npos);
  }
  CHECK(store.complete(current) == OutcomeResult::applied);
}

TEMPLATE_LIST_TEST_CASE("outcomes of unknown, waiting and future executions are refused",
                        "[conformance][outcomes][fence]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add();
  for (const auto kind : every_outcome) {
    CHECK(store.end({.claim = {id + 1000, 1}, .kind = kind}) == OutcomeResult::refused);
    CHECK(store.end({.claim = {id, 0}, .kind = kind}) == OutcomeResult::refused);
    CHECK(store.end({.claim = {id, 1}, .kind = kind}) == OutcomeResult::refused);
  }
  CHECK(store.state(id) == JobState::available);
  (void)store.claim_one();
  CHECK(store.end({.claim = {id, 2}}) == OutcomeResult::refused);
  CHECK(store.end({.claim = {-1, 1}}) == OutcomeResult::refused);
}

TEMPLATE_LIST_TEST_CASE("a completion that erases leaves no row, and frees the unique key",
                        "[conformance][outcomes][erase]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(erase)
  Driver<TestType> store;
  const auto id = store.add({.unique_key = "k"});
  const auto kept = store.add();
  const auto jobs = store.claim(2);
  REQUIRE(ids(jobs) == std::vector{id, kept});
  Batch batch;
  batch.outcomes.push_back({.claim = jobs[0].claim(), .result = "gone too", .erase = true});
  batch.outcomes.push_back({.claim = jobs[1].claim()});
  const auto result = store.apply(batch);
  REQUIRE(result.outcomes == std::vector(2, OutcomeResult::applied));
  CHECK(result.outcome_states == std::vector(2, JobState::completed));
  CHECK_FALSE(store.find(id));
  CHECK(store.state(kept) == JobState::completed);
  CHECK(store.count(JobState::completed) == 1);
  CHECK(store.count(JobState::executing) == 0);
  CHECK(store.store().open_claims("mail").empty());
  CHECK(store.add({.unique_key = "k"}) > kept); // the id does not come back either
}

TEMPLATE_LIST_TEST_CASE("a completion that erases counts for the current execution alone, once",
                        "[conformance][outcomes][fence][erase]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(erase)
  Driver<TestType> store;
  const auto erase = [&](const Claim& claim) { return store.end({.claim = claim, .erase = true}); };
  const auto id = store.add();
  CHECK(erase({id, 1}) == OutcomeResult::refused); // not claimed yet
  const auto lost = store.claim_one();
  REQUIRE(store.end(lost, OutcomeKind::release) == OutcomeResult::applied);
  CHECK(erase(lost.claim()) == OutcomeResult::refused);
  CHECK(store.state(id) == JobState::available);
  const auto current = store.claim_one();
  CHECK(erase(lost.claim()) == OutcomeResult::refused);
  CHECK(store.state(id) == JobState::executing);
  CHECK(erase(current.claim()) == OutcomeResult::applied);
  CHECK(erase(current.claim()) == OutcomeResult::refused);
  for (const auto late : every_outcome)
    CHECK(store.end(current, late) == OutcomeResult::refused);
  CHECK_FALSE(store.find(id));
}

TEMPLATE_LIST_TEST_CASE("only a completion erases", "[conformance][outcomes][erase]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(erase)
  for (const auto kind : every_outcome) {
    CAPTURE(static_cast<int>(kind));
    Driver<TestType> store;
    const auto id = store.add();
    REQUIRE(store.end({.claim = store.claim_one().claim(), .kind = kind, .erase = true})
            == OutcomeResult::applied);
    CHECK(store.find(id).has_value() == (kind != OutcomeKind::complete));
  }
}

TEMPLATE_LIST_TEST_CASE("a batch answers each outcome in its place", "[conformance][outcomes]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  for (int i = 0; i < 3; ++i)
    store.add();
  const auto jobs = store.claim(3);
  REQUIRE(jobs.size() == 3);
  Batch batch;
  batch.outcomes.push_back({.claim = jobs[0].claim(), .kind = OutcomeKind::complete});
  batch.outcomes.push_back({.claim = {jobs[1].id, 9}, .kind = OutcomeKind::complete});
  batch.outcomes.push_back({.claim = jobs[2].claim(), .kind = OutcomeKind::discard});
  batch.outcomes.push_back({.claim = jobs[0].claim(), .kind = OutcomeKind::complete});
  const auto result = store.apply(batch);
  using enum OutcomeResult;
  REQUIRE(result.outcomes == std::vector{applied, refused, applied, refused});
  REQUIRE(result.outcome_states.size() == 4);
  CHECK(result.outcome_states[0] == JobState::completed);
  CHECK(result.outcome_states[2] == JobState::discarded);
  CHECK(store.state(jobs[1].id) == JobState::executing);
}

TEMPLATE_LIST_TEST_CASE("what a batch releases, its claims can take", "[conformance][outcomes]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add();
  Batch batch;
  batch.outcomes.push_back({.claim = store.claim_one().claim(), .kind = OutcomeKind::release});
  batch.claims.push_back({"mail", 1, 0});
  const auto result = store.apply(batch);
  REQUIRE(result.claimed.at(0).size() == 1);
  CHECK(result.claimed[0][0].id == id);
  CHECK(result.claimed[0][0].attempt == 2);
}

TEMPLATE_LIST_TEST_CASE("failures are kept in order, the newest last, up to the limit",
                        "[conformance][outcomes][errors]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store{Limits{.errors_count_max = 3}};
  const auto id = store.add({.max_attempts = 10});
  for (int attempt = 1; attempt <= 5; ++attempt) {
    const auto job = store.claim_one();
    REQUIRE(store.end(job, OutcomeKind::fail, 0s, "failure " + std::to_string(attempt))
            == OutcomeResult::applied);
    store.advance(2h);
  }
  const auto errors = store.job(id).errors;
  const auto place = [&](int n) { return errors.find("failure " + std::to_string(n)); };
  CHECK(place(1) == std::string::npos);
  CHECK(place(2) == std::string::npos);
  CHECK(place(3) < place(4));
  CHECK(place(4) < place(5));
  CHECK(place(5) != std::string::npos);
}

TEMPLATE_LIST_TEST_CASE("progress is kept while its claim is the current one",
                        "[conformance][outcomes][progress]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(results)
  Driver<TestType> store;
  const auto id = store.add();
  const auto first = store.claim_one();
  const auto report = [&](const Job& job, std::int32_t percent) {
    Batch batch;
    batch.progress.push_back({job.claim(), percent, "page " + std::to_string(percent)});
    (void)store.apply(std::move(batch));
  };
  report(first, 40);
  CHECK(store.job(id).progress == 40);
  CHECK(store.job(id).progress_note == "page 40");
  REQUIRE(store.end(first, OutcomeKind::release) == OutcomeResult::applied);
  const auto second = store.claim_one();
  CHECK_FALSE(store.job(id).progress);
  CHECK_FALSE(store.job(id).progress_note);
  report(first, 60);
  CHECK_FALSE(store.job(id).progress);
  report(second, 100);
  CHECK(store.job(id).progress == 100);
}

} // namespace zzz_jobs::conformance
