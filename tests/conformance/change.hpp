#pragma once

#include <zzz_jobs/conformance/driver.hpp>
#include <zzz_jobs/stores/any_store.hpp>

// Interventions by hand: retry, cancel, remove, of one job and of many.

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

TEMPLATE_LIST_TEST_CASE("running jobs are cancelled together", "[conformance][change][fence]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  for (int i = 0; i < 3; ++i)
    store.add();
  const auto running = store.claim(3);
  REQUIRE(running.size() == 3);
  const auto changes =
    any_store(store.store())->change_all(ChangeKind::cancel, {running[2].id, running[0].id});
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].claim == running[2].claim());
  CHECK(changes[1].claim == running[0].claim());
  for (const auto& change : changes) {
    CHECK(change.result == ChangeResult::changed);
    CHECK(change.before == JobState::executing);
    CHECK(change.queue == "mail");
  }
  CHECK(store.complete(running[0]) == OutcomeResult::refused);
  CHECK(store.complete(running[2]) == OutcomeResult::refused);
  CHECK(store.complete(running[1]) == OutcomeResult::applied);
}

TEMPLATE_LIST_TEST_CASE("what is done to many jobs is what is done to each",
                        "[conformance][change]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  const auto kind = GENERATE(ChangeKind::cancel, ChangeKind::retry, ChangeKind::remove);
  CAPTURE(static_cast<int>(kind));
  Driver<TestType> store;
  // Two of each: one changes with the others, one by itself.
  const auto both = [&](auto add) { return std::pair{add(), add()}; };
  const auto ended = [&](OutcomeKind outcome) {
    return both([&] {
      const auto id = store.add({.queue = "other"});
      REQUIRE(store.end(store.claim_one("other"), outcome, 60s) == OutcomeResult::applied);
      return id;
    });
  };
  const std::vector<std::pair<std::int64_t, std::int64_t>> jobs{
    ended(OutcomeKind::fail),
    ended(OutcomeKind::complete),
    ended(OutcomeKind::discard),
    ended(OutcomeKind::cancel),
    both([&] {
      (void)store.add();
      return store.claim_one().id;
    }),
    both([&] { return store.add({.queue = "third"}); }),
    both([&] { return store.add({.delay = 60s}); })};
  const auto missing = jobs.back().second + 1;
  std::vector<std::int64_t> together{missing};
  for (const auto& [one, other] : jobs)
    together.insert(together.begin(), one); // in no order of theirs
  const auto changes = any_store(store.store())->change_all(kind, together);
  REQUIRE(changes.size() == together.size());
  CHECK(changes.back().result == ChangeResult::not_found);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto& [one, other] = jobs[i];
    const auto& change = changes[jobs.size() - 1 - i];
    const auto alone = kind == ChangeKind::cancel ? store.store().cancel(other)
      : kind == ChangeKind::retry                 ? store.store().retry(other)
                                                  : store.store().remove(other);
    CAPTURE(i, to_string(alone.before));
    CHECK(change.result == alone.result);
    CHECK(change.before == alone.before);
    CHECK(change.queue == alone.queue);
    CHECK(change.claim.job_id == (alone.claim.job_id == 0 ? 0 : one));
    const auto kept = store.find(one);
    const auto kept_alone = store.find(other);
    REQUIRE(kept.has_value() == kept_alone.has_value());
    if (!kept)
      continue;
    CHECK(kept->state == kept_alone->state);
    CHECK(kept->attempts_used() == kept_alone->attempts_used());
    CHECK(kept->scheduled_at == kept_alone->scheduled_at);
    CHECK(kept->completed_at == kept_alone->completed_at);
    CHECK(kept->node == kept_alone->node);
  }
}

TEMPLATE_LIST_TEST_CASE("of final jobs with the same unique key the first is retried",
                        "[conformance][change][retry][unique]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  Driver<TestType> store;
  const auto ended = [&](const std::string& key) {
    const auto id = store.add({.unique_key = key});
    REQUIRE(store.complete(store.claim_one()) == OutcomeResult::applied);
    return id;
  };
  const auto first = ended("k");
  const auto second = ended("k");
  const auto held = ended("held");
  const auto free = ended("free");
  const auto holder = store.add({.delay = 60s, .unique_key = "held"});
  const auto changes =
    any_store(store.store())->change_all(ChangeKind::retry, {first, second, held, free, holder});
  std::vector<ChangeResult> results;
  for (const auto& change : changes)
    results.push_back(change.result);
  CHECK(results
        == std::vector{ChangeResult::changed, ChangeResult::key_taken, ChangeResult::key_taken,
                       ChangeResult::changed, ChangeResult::changed});
  CHECK(store.state(second) == JobState::completed);
  CHECK(store.state(held) == JobState::completed);
  CHECK(ids(store.claim(10)) == std::vector{first, free, holder});
}

TEMPLATE_LIST_TEST_CASE("jobs are fetched together, those that are there", "[conformance][change]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  Driver<TestType> store;
  const auto one = store.add({}, "mailer", "1");
  const auto two = store.add({}, "mailer", "2");
  const auto jobs = any_store(store.store())->get_all({two + 1, two, one});
  REQUIRE(ids(jobs) == std::vector{one, two});
  CHECK(jobs[1].args == "2");
  CHECK(any_store(store.store())->get_all({}).empty());
  CHECK(any_store(store.store())->change_all(ChangeKind::remove, {}).empty());
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
