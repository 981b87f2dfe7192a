#pragma once

#include <zzz_jobs/conformance/driver.hpp>
#include <zzz_jobs/conformance/error_text.hpp>

// Hostile text in every field stays text, or is refused.

namespace zzz_jobs::conformance {

[[nodiscard]] inline std::vector<std::string> hostile_texts() {
  return {"'",
          "it's",
          "\"",
          "\\",
          "%s%n",
          "'; DROP TABLE zzz_jobs; --",
          "x', 0, 0); DELETE FROM zzz_jobs; --",
          "' OR '1'='1",
          "$1 ?1 :name @name",
          "/* comment */ -- comment",
          "NULL",
          "tab\tnewline\nreturn\r",
          "\x01\x1f\x7f",
          "\xc3\xa4\xe2\x82\xac\xf0\x9f\x92\xa9",
          " leading and trailing "};
}

[[nodiscard]] inline std::vector<std::string> invalid_texts() {
  return {std::string("a\0b", 3), std::string("\0", 1), "\xff", "\xc3", "\xc0\xaf",
          "\xed\xa0\x80",         "\xf5\x80\x80\x80",   "a\x80"};
}

TEMPLATE_LIST_TEST_CASE("SQL and other hostile text is kept as it is in every field",
                        "[conformance][text]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto bystander = store.add({.queue = "bystander"});
  for (const auto& text : hostile_texts()) {
    CAPTURE(text);
    JobOpts opts{.queue = text};
    if (TestType::capabilities.unique)
      opts.unique_key = text;
    const auto id = store.add(opts, text, text);
    CHECK(store.count(JobState::available, text) == 1);
    const auto jobs = store.claim(5, workers({text}), text);
    REQUIRE(ids(jobs) == std::vector{id});
    CHECK(jobs[0].queue == text);
    CHECK(jobs[0].worker == text);
    CHECK(jobs[0].args == text);
    if (TestType::capabilities.unique)
      CHECK(jobs[0].unique_key == text);
    CHECK(store.store().open_claims(text).size() == 1);
    CHECK(store.end(jobs[0], OutcomeKind::discard, 0s, text) == OutcomeResult::applied);
    CHECK(last_error_in(store.job(id).errors) == text);
  }
  CHECK(store.state(bystander) == JobState::available);
}

TEMPLATE_LIST_TEST_CASE("hostile names can be paused and looked for", "[conformance][text]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  for (const auto& text : hostile_texts()) {
    CAPTURE(text);
    store.add({.queue = text});
    store.store().pause(text);
    CHECK(store.store().is_paused(text));
    CHECK(store.claim(1, {}, text).empty());
    store.store().resume_queue(text);
    CHECK_FALSE(store.store().is_paused(text));
    CHECK(store.claim(1, {}, text).size() == 1);
    CHECK_FALSE(store.store().last_tick(text));
  }
  CHECK_FALSE(store.store().is_paused("mail"));
}

TEMPLATE_LIST_TEST_CASE("ticks of hostile names fire once and can be paused",
                        "[conformance][text][cron]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto fire = [&](const std::string& entry, UnixTime at) {
    auto job = new_job();
    job.tick = CronTick{entry, at};
    return store.enqueue(std::move(job));
  };
  const auto at = store.now();
  for (const auto& text : hostile_texts()) {
    CAPTURE(text);
    CHECK(store.store().cron_since(text, at) == at);
    CHECK(fire(text, at + 60s).id > 0);
    CHECK(fire(text, at + 60s).conflict);
    CHECK(store.store().last_tick(text) == at + 60s);
    store.store().set_cron_paused(text, true);
    CHECK(store.store().is_cron_paused(text));
  }
  for (const auto& text : hostile_texts()) {
    CAPTURE(text);
    CHECK(store.store().last_tick(text) == at + 60s);
    store.store().set_cron_paused(text, false);
    CHECK_FALSE(store.store().is_cron_paused(text));
  }
  CHECK(store.count(JobState::available) == static_cast<std::int64_t>(hostile_texts().size()));
}

TEMPLATE_LIST_TEST_CASE("hostile results and notes are kept as they are", "[conformance][text]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(results)
  Driver<TestType> store;
  for (const auto& text : hostile_texts()) {
    CAPTURE(text);
    const auto id = store.add();
    const auto job = store.claim_one();
    Batch batch;
    batch.progress.push_back({job.claim(), 1, text});
    (void)store.apply(std::move(batch));
    CHECK(store.job(id).progress_note == text);
    CHECK(store.end({.claim = job.claim(), .result = text}) == OutcomeResult::applied);
    CHECK(store.job(id).result == text);
  }
}

TEMPLATE_LIST_TEST_CASE("NUL and invalid UTF-8 are refused in every field", "[conformance][text]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  for (const auto& text : invalid_texts()) {
    CHECK(code_of([&] { store.add({}, "mailer", text); }, "args") == errc::invalid_argument);
    CHECK(code_of([&] { store.add({}, text); }, "worker") == errc::invalid_argument);
    CHECK(code_of([&] { store.add({.queue = text}); }, "queue") == errc::invalid_argument);
    CHECK(code_of([&] { store.add({.unique_key = text}); }, "unique_key")
          == errc::invalid_argument);
  }
  CHECK(store.count(JobState::available) == 0);
}

TEMPLATE_LIST_TEST_CASE("an error text of any bytes is kept as valid JSON", "[conformance][text]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add({.max_attempts = 100});
  for (const auto& text : invalid_texts()) {
    REQUIRE(store.end(store.claim_one(), OutcomeKind::fail, 0s, "<" + text + ">")
            == OutcomeResult::applied);
    store.advance(2h);
  }
  const auto errors = store.job(id).errors;
  CHECK_NOTHROW(check_text("errors", errors, errors.size()));
  CHECK(errors.find(R"(<a\u0000b>)") != std::string::npos);
  CHECK(errors.find("<\xef\xbf\xbd>") != std::string::npos);
  CHECK(errors.front() == '[');
  CHECK(errors.back() == ']');
}

} // namespace zzz_jobs::conformance
