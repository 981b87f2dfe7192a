#pragma once

#include <zzz_jobs/conformance/driver.hpp>

// What is within a limit is kept whole, what exceeds it is refused, nothing is cut.

namespace zzz_jobs::conformance {

TEMPLATE_LIST_TEST_CASE("arguments around every limit are kept whole or refused",
                        "[conformance][limits]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  constexpr std::size_t limit = Limits{}.args_bytes_max;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{255}, std::size_t{256}, std::size_t{1023},
        std::size_t{1024}, std::size_t{4095}, std::size_t{4096}, std::size_t{65'535},
        std::size_t{65'536}, limit - 1, limit}) {
    CAPTURE(size);
    const std::string args(size, 'x');
    const auto id = store.add({}, "mailer", args);
    CHECK(store.job(id).args == args);
    CHECK(store.claim_one().args == args);
  }
  const auto before = store.count(JobState::available);
  CHECK(code_of([&] { store.add({}, "mailer", std::string(limit + 1, 'x')); }, "args")
        == errc::too_large);
  CHECK(store.count(JobState::available) == before);
}

TEMPLATE_LIST_TEST_CASE("names and keys around their limits are kept whole or refused",
                        "[conformance][limits]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  constexpr std::size_t name_max = Limits{}.name_bytes_max;
  constexpr std::size_t key_max = Limits{}.unique_key_bytes_max;
  const std::string name(name_max, 'n');
  const std::string key(key_max, 'k');
  const auto id = store.add({.queue = name, .unique_key = key}, name);
  CHECK(store.job(id).queue == name);
  CHECK(store.job(id).worker == name);
  CHECK(store.job(id).unique_key == key);
  CHECK(code_of([&] { store.add({.queue = name + "n"}); }, "queue") == errc::too_large);
  CHECK(code_of([&] { store.add({}, name + "n"); }, "worker") == errc::too_large);
  CHECK(code_of([&] { store.add({.unique_key = key + "k"}); }, "unique_key") == errc::too_large);
  CHECK(code_of([&] { store.add({.queue = ""}); }, "queue") == errc::invalid_argument);
  CHECK(code_of([&] { store.add({}, ""); }, "worker") == errc::invalid_argument);
  CHECK(code_of([&] { store.add({.unique_key = ""}); }, "unique_key") == errc::invalid_argument);
}

TEMPLATE_LIST_TEST_CASE("options out of range are refused with the field's name",
                        "[conformance][limits]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto refused = [&](const JobOpts& opts, std::string_view field) {
    CAPTURE(std::string{field});
    CHECK(code_of([&] { store.add(opts); }, field) == errc::invalid_argument);
  };
  refused({.max_attempts = 0}, "max_attempts");
  refused({.max_attempts = 10'001}, "max_attempts");
  refused({.timeout = 0s}, "timeout");
  refused({.timeout = 30 * 24h + 1s}, "timeout");
  refused({.delay = -1s}, "delay");
  refused({.delay = std::chrono::seconds::max()}, "delay");
  const auto now = store.now();
  refused({.scheduled_at = now, .delay = 1s}, "delay");
  CHECK(store.count(JobState::available) + store.count(JobState::scheduled) == 0);
}

TEMPLATE_LIST_TEST_CASE("the limits of a store are its own", "[conformance][limits]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store{Limits{.args_bytes_max = 10}};
  CHECK(store.job(store.add({}, "mailer", "0123456789")).args == "0123456789");
  CHECK(code_of([&] { store.add({}, "mailer", "0123456789a"); }) == errc::too_large);
}

TEMPLATE_LIST_TEST_CASE("an error text of 1 MiB is shortened with a mark, its job is not harmed",
                        "[conformance][limits]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add();
  const auto text = "head " + std::string(1024 * 1024, 'e');
  REQUIRE(store.end(store.claim_one(), OutcomeKind::fail, 0s, text) == OutcomeResult::applied);
  const auto errors = store.job(id).errors;
  CHECK(errors.size() < Limits{}.error_text_bytes_max + 200);
  CHECK(errors.find("head eee") != std::string::npos);
  CHECK(errors.find("bytes missing") != std::string::npos);
}

TEMPLATE_LIST_TEST_CASE("a result of the largest size is kept whole", "[conformance][limits]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(results)
  Driver<TestType> store;
  const auto id = store.add();
  const std::string result(Limits{}.result_bytes_max, 'r');
  REQUIRE(store.end({.claim = store.claim_one().claim(), .result = result})
          == OutcomeResult::applied);
  CHECK(store.job(id).result == result);
}

} // namespace zzz_jobs::conformance
