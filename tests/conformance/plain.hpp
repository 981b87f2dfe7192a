#pragma once

#include <zzz_jobs/conformance/driver.hpp>

// The published operations, called as a program would that knows nothing else.

namespace zzz_jobs::conformance {

TEMPLATE_LIST_TEST_CASE("an enqueued job has the documented defaults", "[conformance][plain]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto job = store.store().enqueue("mailer", R"({"to": 1})", {});
  CHECK(job.id > 0);
  CHECK(job.state == JobState::available);
  CHECK(job.queue == "default");
  CHECK(job.worker == "mailer");
  CHECK(job.args == R"({"to": 1})");
  CHECK(job.priority == 0);
  CHECK(job.attempt == 0);
  CHECK(job.max_attempts == 20);
  CHECK(job.timeout == 300s);
  CHECK(job.inserted_at == store.now());
  CHECK_FALSE(job.conflict);
  CHECK_FALSE(job.unique_key);
}

TEMPLATE_LIST_TEST_CASE("an enqueued job keeps every option", "[conformance][plain]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto later = store.now() + 5s;
  const auto id = store.add({.queue = "bulk",
                             .priority = -2'147'483'647 - 1,
                             .max_attempts = 10'000,
                             .scheduled_at = later,
                             .timeout = 30 * 24h},
                            "counter", "[1, 2]");
  const auto kept = store.job(id);
  CHECK(kept.state == JobState::scheduled);
  CHECK(kept.queue == "bulk");
  CHECK(kept.worker == "counter");
  CHECK(kept.args == "[1, 2]");
  CHECK(kept.priority == -2'147'483'647 - 1);
  CHECK(kept.max_attempts == 10'000);
  CHECK(kept.scheduled_at == later);
  CHECK(kept.timeout == 30 * 24h);
}

TEMPLATE_LIST_TEST_CASE("a plain claim takes one job and raises its attempt",
                        "[conformance][plain]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add({.max_attempts = 1});
  const auto job = store.store().claim("mail");
  REQUIRE(job);
  CHECK(job->id == id);
  CHECK(job->state == JobState::executing);
  CHECK(job->attempt == 1);
  CHECK(job->attempted_at == store.now());
  CHECK_FALSE(job->node);
  CHECK(store.count(JobState::executing) == 1);
  CHECK_FALSE(store.store().claim("mail"));
  CHECK_FALSE(store.store().claim("empty"));
}

TEMPLATE_LIST_TEST_CASE("plain complete, fail and discard end the execution of a job",
                        "[conformance][plain]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  for (int i = 0; i < 4; ++i)
    store.add({.max_attempts = i == 3 ? 1 : 20});
  std::vector<std::int64_t> taken;
  while (const auto job = store.store().claim("mail"))
    taken.push_back(job->id);
  REQUIRE(taken.size() == 4);
  store.store().complete(taken[0]);
  store.store().fail(taken[1], "timed out");
  store.store().discard(taken[2], "no such user");
  store.store().fail(taken[3], "last");
  CHECK(store.state(taken[0]) == JobState::completed);
  CHECK(store.state(taken[1]) == JobState::retryable);
  CHECK(store.state(taken[2]) == JobState::discarded);
  CHECK(store.state(taken[3]) == JobState::discarded);
  CHECK(store.job(taken[1]).errors.find("timed out") != std::string::npos);
  CHECK(store.count(JobState::executing) == 0);
  CHECK(store.count(JobState::discarded) == 2);
}

TEMPLATE_LIST_TEST_CASE("a plain failure waits as long as the default strategy says",
                        "[conformance][plain]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add();
  const auto waits = [&](std::chrono::seconds delay) {
    const auto job = store.store().claim("mail");
    REQUIRE(job);
    store.store().fail(id, "again");
    const auto waiting = store.job(id).scheduled_at - store.now();
    CHECK(waiting >= delay * 3 / 4);
    CHECK(waiting <= delay * 5 / 4);
    store.advance(waiting);
  };
  waits(15s);
  waits(30s);
  waits(60s);
}

TEMPLATE_LIST_TEST_CASE("plain operations name the job that is unknown or not executing",
                        "[conformance][plain]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  auto& plain = store.store();
  CHECK(code_of([&] { plain.complete(7); }, "job 7: not found") == errc::job_not_found);
  CHECK(code_of([&] { plain.fail(7, "x"); }, "job 7: not found") == errc::job_not_found);
  CHECK(code_of([&] { plain.discard(7, "x"); }, "job 7: not found") == errc::job_not_found);
  const auto id = store.add();
  CHECK(code_of([&] { plain.complete(id); }, "available") == errc::not_allowed);
  CHECK(code_of([&] { plain.fail(id, "x"); }, "available") == errc::not_allowed);
  CHECK(code_of([&] { plain.discard(id, "x"); }, "available") == errc::not_allowed);
  REQUIRE(plain.claim("mail"));
  plain.complete(id);
  CHECK(code_of([&] { plain.complete(id); }, "completed") == errc::not_allowed);
  CHECK(store.state(id) == JobState::completed);
}

TEMPLATE_LIST_TEST_CASE("count_by_state counts one state of one queue", "[conformance][plain]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  store.add();
  store.add();
  store.add({.delay = 60s});
  store.add({.queue = "bulk"});
  CHECK(store.count(JobState::available) == 2);
  CHECK(store.count(JobState::scheduled) == 1);
  CHECK(store.count(JobState::available, "bulk") == 1);
  CHECK(store.count(JobState::available, "nothing") == 0);
}

TEMPLATE_LIST_TEST_CASE("delete_completed removes what ended before the time, and only that",
                        "[conformance][plain]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  std::vector<std::int64_t> done;
  for (int i = 0; i < 3; ++i) {
    done.push_back(store.add());
    REQUIRE(store.complete(store.claim_one()) == OutcomeResult::applied);
    store.advance(10s);
  }
  const auto discarded = store.add();
  REQUIRE(store.end(store.claim_one(), OutcomeKind::discard) == OutcomeResult::applied);
  const auto waiting = store.add();
  store.advance(1h);
  CHECK(store.store().delete_completed(*store.job(done[2]).completed_at) == 2);
  CHECK_FALSE(store.find(done[0]));
  CHECK_FALSE(store.find(done[1]));
  CHECK(store.find(done[2]));
  CHECK(store.store().delete_completed(store.now()) == 1);
  CHECK(store.find(discarded));
  CHECK(store.find(waiting));
  CHECK(store.store().delete_completed(store.now()) == 0);
}

} // namespace zzz_jobs::conformance
