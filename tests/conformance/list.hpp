#pragma once

#include <zzz_jobs/conformance/driver.hpp>

#include <algorithm>
#include <limits>
#include <map>

// Listings, single jobs and counts.

namespace zzz_jobs::conformance {

TEMPLATE_LIST_TEST_CASE("a single job is found by its id, an unknown one is not",
                        "[conformance][list]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  Driver<TestType> store;
  const auto id = store.add({}, "mailer", "[7]");
  const auto found = store.store().get(id);
  REQUIRE(found);
  CHECK(found->id == id);
  CHECK(found->args == "[7]");
  for (const auto unknown :
       {id + 1, std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()})
    CHECK_FALSE(store.store().get(unknown));
}

TEMPLATE_LIST_TEST_CASE("a list can be narrowed by state, queue, worker and unique key",
                        "[conformance][list]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  Driver<TestType> store;
  const auto done = store.add();
  REQUIRE(store.complete(store.claim_one()) == OutcomeResult::applied);
  const auto waiting = store.add({}, "counter");
  const auto later = store.add({.delay = 60s, .unique_key = "k"});
  const auto bulk = store.add({.queue = "bulk"});
  const auto listed = [&](const JobFilter& filter) { return ids(store.store().list(filter, {})); };
  CHECK(listed({}) == std::vector{done, waiting, later, bulk});
  CHECK(listed({.state = JobState::completed}) == std::vector{done});
  CHECK(listed({.queue = "mail"}) == std::vector{done, waiting, later});
  CHECK(listed({.worker = "counter"}) == std::vector{waiting});
  CHECK(listed({.unique_key = "k"}) == std::vector{later});
  CHECK(listed({.state = JobState::available, .queue = "bulk", .worker = "mailer"})
        == std::vector{bulk});
  CHECK(listed({.state = JobState::available, .queue = "bulk", .worker = "counter"}).empty());
  CHECK(listed({.queue = "bul"}).empty());
  CHECK(listed({.queue = "%"}).empty());
}

TEMPLATE_LIST_TEST_CASE("pages of a list follow each other without gap or repetition",
                        "[conformance][list]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  Driver<TestType> store;
  std::vector<std::int64_t> all;
  for (int i = 0; i < 700; ++i)
    all.push_back(store.add());
  for (const auto index : {699, 400, 256, 255, 3, 0}) {
    REQUIRE(store.store().remove(all[static_cast<std::size_t>(index)]).result
            == ChangeResult::changed);
    all.erase(all.begin() + index);
  }
  for (const bool newest_first : {false, true}) {
    std::vector<std::int64_t> paged;
    Page page{.limit = 97, .newest_first = newest_first};
    for (;;) {
      const auto jobs = store.store().list({.queue = "mail"}, page);
      CHECK(jobs.size() <= 97);
      if (jobs.empty())
        break;
      for (const auto& job : jobs)
        paged.push_back(job.id);
      page.after_id = jobs.back().id;
    }
    auto expected = all;
    if (newest_first)
      std::reverse(expected.begin(), expected.end());
    CHECK(paged == expected);
  }
}

TEMPLATE_LIST_TEST_CASE("a page has 1 to 10,000 jobs", "[conformance][list]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  Driver<TestType> store;
  store.add();
  const auto code = [&](std::uint32_t limit) {
    return code_of([&] { (void)store.store().list({}, {.limit = limit}); });
  };
  CHECK(code(0) == errc::invalid_argument);
  CHECK(code(1) == errc{});
  CHECK(code(10'000) == errc{});
  CHECK(code(10'001) == errc::invalid_argument);
}

TEMPLATE_LIST_TEST_CASE("counts name each queue and state that has jobs", "[conformance][list]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  store.add();
  store.add({.delay = 60s});
  store.add({.delay = 60s});
  store.add({.queue = "bulk"});
  store.add({.queue = "bulk"});
  REQUIRE(store.end(store.claim_one("bulk"), OutcomeKind::discard) == OutcomeResult::applied);
  (void)store.claim_one("bulk");
  std::map<std::pair<std::string, JobState>, std::int64_t> counted;
  for (const auto& count : store.store().counts())
    counted[{count.queue, count.state}] += count.count;
  const std::map<std::pair<std::string, JobState>, std::int64_t> expected{
    {{"mail", JobState::available}, 1},
    {{"mail", JobState::scheduled}, 2},
    {{"bulk", JobState::discarded}, 1},
    {{"bulk", JobState::executing}, 1}};
  CHECK(counted == expected);
}

} // namespace zzz_jobs::conformance
