#pragma once

#include <zzz_jobs/conformance/driver.hpp>

#include <algorithm>
#include <barrier>
#include <set>
#include <thread>

// Calls from several threads at once. Assertions stay on the test's thread.

namespace zzz_jobs::conformance {

/// Runs `work(i)` on `count` threads that start together; waits for all.
template <class Work>
void together(int count, Work&& work) {
  std::barrier start{count};
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      work(i);
    });
}

TEMPLATE_LIST_TEST_CASE("threads that claim at once never get the same job",
                        "[conformance][threads]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(threads)
  constexpr std::size_t jobs = 400;
  for (const std::size_t count : {std::size_t{2}, std::size_t{8}}) {
    Driver<TestType> store;
    for (std::size_t i = 0; i < jobs; ++i)
      store.add();
    std::vector<std::vector<std::int64_t>> taken(count);
    together(static_cast<int>(count), [&](int i) {
      auto& mine = taken[static_cast<std::size_t>(i)];
      while (const auto job = store.store().claim("mail"))
        mine.push_back(job->id);
    });
    std::set<std::int64_t> distinct;
    std::size_t total = 0;
    for (const auto& mine : taken) {
      distinct.insert(mine.begin(), mine.end());
      total += mine.size();
    }
    CHECK(total == jobs);
    CHECK(distinct.size() == jobs);
  }
}

TEMPLATE_LIST_TEST_CASE("threads that claim batches at once never get the same job",
                        "[conformance][threads]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(threads)
  constexpr std::size_t jobs = 400;
  Driver<TestType> store;
  for (std::size_t i = 0; i < jobs; ++i)
    store.add();
  std::vector<std::vector<Job>> taken(8);
  together(8, [&](int i) {
    auto& mine = taken[static_cast<std::size_t>(i)];
    for (;;) {
      const auto claimed = store.claim(7);
      if (claimed.empty())
        return;
      mine.insert(mine.end(), claimed.begin(), claimed.end());
      for (const auto& job : claimed)
        (void)store.complete(job);
    }
  });
  std::set<std::int64_t> distinct;
  for (const auto& mine : taken)
    for (const auto& job : mine) {
      CHECK(job.attempt == 1);
      distinct.insert(job.id);
    }
  CHECK(distinct.size() == jobs);
  CHECK(store.count(JobState::completed) == static_cast<std::int64_t>(jobs));
}

TEMPLATE_LIST_TEST_CASE("of 32 concurrent enqueues of one unique key one is inserted",
                        "[conformance][threads][unique]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(threads)
  ZZZ_JOBS_CONFORMANCE_NEEDS(unique)
  Driver<TestType> store;
  std::vector<Job> answers(32);
  together(32, [&](int i) {
    JobOpts opts{.queue = "mail", .unique_key = "only"};
    if (i % 2 == 0)
      opts.delay = 60s;
    answers[static_cast<std::size_t>(i)] = store.store().enqueue("mailer", "{}", opts);
  });
  int inserted = 0;
  for (const auto& job : answers) {
    CHECK(job.id == answers[0].id);
    inserted += job.conflict ? 0 : 1;
  }
  CHECK(inserted == 1);
  CHECK(store.count(JobState::available) + store.count(JobState::scheduled) == 1);
}

TEMPLATE_LIST_TEST_CASE("of concurrent outcomes of one execution one is applied",
                        "[conformance][threads][fence]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(threads)
  Driver<TestType> store;
  for (int round = 0; round < 20; ++round) {
    store.add();
    const auto job = store.claim_one();
    std::vector<OutcomeResult> results(std::size(every_outcome));
    together(static_cast<int>(results.size()), [&](int i) {
      const auto index = static_cast<std::size_t>(i);
      results[index] = store.end(job, every_outcome[index], 1h);
    });
    CHECK(std::count(results.begin(), results.end(), OutcomeResult::applied) == 1);
    CHECK(store.state(job.id) != JobState::executing);
    (void)store.store().cancel(job.id);
  }
}

TEMPLATE_LIST_TEST_CASE("of concurrent firings of one tick one inserts a job",
                        "[conformance][threads][cron]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(threads)
  Driver<TestType> store;
  const auto tick = store.now();
  std::vector<Enqueued> answers(16);
  together(16, [&](int i) {
    auto job = new_job();
    job.tick = CronTick{"nightly", tick};
    answers[static_cast<std::size_t>(i)] = store.enqueue(std::move(job));
  });
  const auto fired = std::count_if(answers.begin(), answers.end(),
                                   [](const Enqueued& answer) { return answer.id != 0; });
  CHECK(fired == 1);
  CHECK(store.count(JobState::available) == 1);
}

} // namespace zzz_jobs::conformance
