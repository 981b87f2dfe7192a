#pragma once

#include <zzz_jobs/conformance/driver.hpp>

#include <algorithm>

// Which jobs a claim takes, and in which order.

namespace zzz_jobs::conformance {

TEMPLATE_LIST_TEST_CASE("jobs are claimed by priority, then in the order of their enqueues",
                        "[conformance][claims]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto low = store.add({.priority = 100});
  const auto first = store.add();
  const auto second = store.add();
  const auto urgent = store.add({.priority = -10});
  const auto lowest = store.add({.priority = 2'147'483'647});
  CHECK(ids(store.claim(10)) == std::vector{urgent, first, second, low, lowest});
}

TEMPLATE_LIST_TEST_CASE("one claim after another sees the same order", "[conformance][claims]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto low = store.add({.priority = 5}, "a");
  const auto urgent = store.add({.priority = -5}, "b");
  const auto middle = store.add({}, "c");
  CHECK(store.store().claim("mail")->id == urgent);
  CHECK(store.store().claim("mail")->id == middle);
  CHECK(store.store().claim("mail")->id == low);
}

TEMPLATE_LIST_TEST_CASE("a claimed job is executing, with its attempt, time and owner",
                        "[conformance][claims]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add({}, "mailer", R"({"to": 1})");
  store.advance(3s);
  const auto job = store.claim_one();
  CHECK(job.id == id);
  CHECK(job.state == JobState::executing);
  CHECK(job.queue == "mail");
  CHECK(job.worker == "mailer");
  CHECK(job.args == R"({"to": 1})");
  CHECK(job.attempt == 1);
  CHECK(job.attempted_at == store.now());
  CHECK(store.state(id) == JobState::executing);
  if (TestType::capabilities.owners) {
    CHECK(job.node == store.store().node_id());
    CHECK(store.job(id).node == store.store().node_id());
  }
}

TEMPLATE_LIST_TEST_CASE("no more jobs are claimed than slots ask for", "[conformance][claims]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  for (int i = 0; i < 5; ++i)
    store.add();
  CHECK(store.claim(0).empty());
  CHECK(store.claim(2).size() == 2);
  CHECK(store.claim(10).size() == 3);
  CHECK(store.claim(10).empty());
  CHECK(store.claim(10, {}, "nothing").empty());
}

TEMPLATE_LIST_TEST_CASE("a batch claims from several queues, each answer in its place",
                        "[conformance][claims]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto bulk = store.add({.queue = "bulk"});
  const auto first = store.add();
  const auto second = store.add();
  Batch batch;
  batch.claims.push_back({"mail", 1, 0});
  batch.claims.push_back({"nothing", 5, 0});
  batch.claims.push_back({"bulk", 5, 0});
  batch.claims.push_back({"mail", 5, 0});
  const auto claimed = store.apply(batch).claimed;
  REQUIRE(claimed.size() == 4);
  CHECK(ids(claimed[0]) == std::vector{first});
  CHECK(claimed[1].empty());
  CHECK(ids(claimed[2]) == std::vector{bulk});
  CHECK(ids(claimed[3]) == std::vector{second});
}

TEMPLATE_LIST_TEST_CASE("what a batch enqueues, its claims can take", "[conformance][claims]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  Batch batch;
  batch.enqueues.push_back(new_job());
  batch.claims.push_back({"mail", 1, 0});
  const auto result = store.apply(batch);
  REQUIRE(result.claimed.at(0).size() == 1);
  CHECK(result.claimed[0][0].id == result.enqueued.at(0).id);
}

TEMPLATE_LIST_TEST_CASE("a batch of a thousand jobs keeps their order to the end",
                        "[conformance][claims]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  Batch enqueues;
  for (int i = 0; i < 1000; ++i)
    enqueues.enqueues.push_back(new_job({}, "mailer", std::to_string(i)));
  const auto enqueued = store.apply(std::move(enqueues)).enqueued;
  REQUIRE(enqueued.size() == 1000);
  const auto jobs = store.claim(1000);
  REQUIRE(ids(jobs) == ids(enqueued));
  Batch ends;
  for (const auto& job : jobs) {
    CHECK(job.args == std::to_string(job.id - jobs[0].id));
    ends.outcomes.push_back({.claim = job.claim()});
  }
  const auto result = store.apply(std::move(ends));
  CHECK(result.outcomes == std::vector(1000, OutcomeResult::applied));
  CHECK(store.count(JobState::completed) == 1000);
}

TEMPLATE_LIST_TEST_CASE("jobs of unknown workers are left alone, without losing their place",
                        "[conformance][claims][unknown]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto strange = store.add({.priority = -5, .max_attempts = 1}, "strange");
  const auto known = store.add();
  CHECK(ids(store.claim(10, workers({"mailer", "other"}))) == std::vector{known});
  CHECK(store.state(strange) == JobState::available);
  CHECK(store.claim(10, workers({"mailer"})).empty());
  CHECK(store.count(JobState::available) == 1);
  const auto later = store.add();
  const auto jobs = store.claim(10, workers({"mailer", "strange"}));
  CHECK(ids(jobs) == std::vector{strange, later});
  CHECK(jobs.at(0).attempts_used() == 1);
}

TEMPLATE_LIST_TEST_CASE("nobody claims without known workers", "[conformance][claims][unknown]",
                        ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto id = store.add();
  CHECK(store.claim(10, workers({})).empty());
  CHECK(store.state(id) == JobState::available);
  CHECK(store.claim_one().id == id);
}

TEMPLATE_LIST_TEST_CASE("claims of one queue in one batch each get the jobs of their own workers",
                        "[conformance][claims][unknown]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto painters = workers({"paint", "both"});
  const auto joiners = workers({"join", "both"});
  const auto claim = [&](std::uint32_t painting, std::uint32_t joining) {
    Batch batch;
    batch.claims.push_back({.queue = "mail", .slots = painting, .known_workers = painters});
    batch.claims.push_back({.queue = "mail", .slots = joining, .known_workers = joiners});
    return store.apply(std::move(batch)).claimed;
  };
  const auto join = store.add({}, "join");
  const auto paint = store.add({}, "paint");
  const auto both = store.add({}, "both");
  auto claimed = claim(1, 5);
  CHECK(ids(claimed.at(0)) == std::vector{paint});
  CHECK(ids(claimed.at(1)) == std::vector{join, both});

  // What one of them found out is nothing that the other knows.
  claimed = claim(5, 5);
  CHECK((claimed.at(0).empty() && claimed.at(1).empty()));
  const auto for_joiners = store.add({}, "join");
  CHECK(store.claim(5, painters).empty());
  CHECK(ids(store.claim(5, joiners)) == std::vector{for_joiners});
  const auto for_painters = store.add({}, "paint");
  CHECK(store.claim(5, joiners).empty());
  CHECK(ids(store.claim(5, painters)) == std::vector{for_painters});
}

TEMPLATE_LIST_TEST_CASE("what a batch enqueues starts where its worker is known",
                        "[conformance][claims][unknown]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto painters = workers({"paint"});
  const auto joiners = workers({"join"});
  for (int round = 0; round < 3; ++round) {
    Batch batch;
    batch.enqueues.push_back(new_job({}, "paint"));
    batch.enqueues.push_back(new_job({}, "join"));
    batch.claims.push_back({.queue = "mail", .slots = 5, .known_workers = joiners});
    batch.claims.push_back({.queue = "mail", .slots = 5, .known_workers = painters});
    const auto result = store.apply(std::move(batch));
    CHECK(ids(result.claimed.at(0)) == std::vector{result.enqueued.at(1).id});
    CHECK(ids(result.claimed.at(1)) == std::vector{result.enqueued.at(0).id});
    for (const auto& jobs : result.claimed)
      for (const auto& job : jobs)
        CHECK(store.complete(job) == OutcomeResult::applied);
  }
}

TEMPLATE_LIST_TEST_CASE("a hundred workers of one queue are served in one order",
                        "[conformance][claims]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  std::vector<std::int64_t> expected;
  for (int i = 0; i < 200; ++i)
    expected.push_back(store.add({}, "worker_" + std::to_string(i % 100)));
  std::unordered_set<std::string> names;
  for (int i = 0; i < 100; ++i)
    names.insert("worker_" + std::to_string(i));
  const auto known = std::make_shared<const std::unordered_set<std::string>>(names);
  CHECK(ids(store.claim(1000, known)) == expected);
}

TEMPLATE_LIST_TEST_CASE("prefetched jobs come after the slots, and never on a last attempt",
                        "[conformance][claims][prefetch]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(prefetch)
  Driver<TestType> store;
  const auto once = store.add({.max_attempts = 1});
  const auto often = store.add();
  const auto blocking = store.add({.max_attempts = 1});
  const auto behind = store.add();
  CHECK(ids(store.claim(1, {}, "mail", 5)) == std::vector{once, often});
  CHECK(store.state(blocking) == JobState::available);
  CHECK(store.claim(0, {}, "mail", 5).empty());
  CHECK(ids(store.claim(1, {}, "mail", 5)) == std::vector{blocking, behind});
}

TEMPLATE_LIST_TEST_CASE("a job on its last attempt does not overtake lower ids",
                        "[conformance][claims]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  std::vector<std::int64_t> expected;
  for (int i = 0; i < 45; ++i)
    expected.push_back(store.add({.max_attempts = i % 3 == 1 || i > 40 ? 1 : 20}));
  std::vector<std::int64_t> order;
  for (std::uint32_t slots = 1; order.size() < expected.size(); slots = slots % 7 + 1) {
    const auto jobs = store.claim(slots);
    REQUIRE(jobs.size() == std::min<std::size_t>(slots, expected.size() - order.size()));
    for (const auto& job : jobs)
      order.push_back(job.id);
  }
  CHECK(order == expected);
}

TEMPLATE_LIST_TEST_CASE("a last attempt that is not prefetched keeps its place before higher ids",
                        "[conformance][claims][prefetch]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(prefetch)
  Driver<TestType> store;
  const auto first = store.add();
  const auto last_attempt = store.add({.max_attempts = 1});
  const auto behind = store.add();
  CHECK(ids(store.claim(0, {}, "mail", 10)) == std::vector{first});
  CHECK(ids(store.claim(1)) == std::vector{last_attempt});
  CHECK(ids(store.claim(1)) == std::vector{behind});
}

TEMPLATE_LIST_TEST_CASE("a job that has one attempt left is not prefetched",
                        "[conformance][claims][prefetch]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(prefetch)
  Driver<TestType> store;
  const auto id = store.add({.max_attempts = 2});
  const auto first = store.claim(0, {}, "mail", 1);
  REQUIRE(ids(first) == std::vector{id});
  REQUIRE(store.end(first[0], OutcomeKind::release) == OutcomeResult::applied);
  const auto second = store.claim(0, {}, "mail", 1);
  REQUIRE(ids(second) == std::vector{id}); // the release used up no attempt
  REQUIRE(store.end(second[0], OutcomeKind::fail) == OutcomeResult::applied);
  CHECK(store.claim(0, {}, "mail", 1).empty());
  CHECK(ids(store.claim(1)) == std::vector{id});
}

TEMPLATE_LIST_TEST_CASE("a paused queue gives no job, and running ones go on",
                        "[conformance][claims][pause]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  store.add();
  const auto running = store.claim_one();
  const auto waiting = store.add();
  store.store().pause("mail");
  CHECK(store.store().is_paused("mail"));
  CHECK(store.claim(5).empty());
  CHECK_FALSE(store.store().claim("mail"));
  CHECK(store.complete(running) == OutcomeResult::applied);
  store.store().pause("mail");
  store.store().resume_queue("mail");
  CHECK_FALSE(store.store().is_paused("mail"));
  CHECK(store.claim_one().id == waiting);
}

TEMPLATE_LIST_TEST_CASE("a queue can be paused before it has a job, and resumed unpaused",
                        "[conformance][claims][pause]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  store.store().resume_queue("mail");
  CHECK_FALSE(store.store().is_paused("mail"));
  store.store().pause("mail");
  store.add();
  CHECK(store.store().is_paused("mail"));
  CHECK(store.claim(1).empty());
}

TEMPLATE_LIST_TEST_CASE("more than sixteen queues are paused at once",
                        "[conformance][claims][pause]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  const auto name = [](int i) { return "queue_" + std::to_string(i); };
  for (int i = 0; i < 40; ++i) {
    store.add({.queue = name(i)});
    store.store().pause(name(i));
  }
  store.store().resume_queue(name(7));
  std::size_t paused = 0;
  for (const auto& setting : store.store().settings())
    if (setting.paused) {
      CHECK(setting.queue != name(7));
      ++paused;
    }
  CHECK(paused == 39);
  for (int i = 0; i < 40; ++i) {
    CHECK(store.store().is_paused(name(i)) == (i != 7));
    CHECK(store.claim(1, {}, name(i)).empty() == (i != 7));
  }
}

TEMPLATE_LIST_TEST_CASE("the open claims of a queue are this node's executions",
                        "[conformance][claims]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  Driver<TestType> store;
  for (int i = 0; i < 3; ++i)
    store.add();
  store.add({.queue = "bulk"});
  auto jobs = store.claim(3);
  REQUIRE(jobs.size() == 3);
  REQUIRE(store.claim_one("bulk").queue == "bulk");
  REQUIRE(store.complete(jobs[1]) == OutcomeResult::applied);
  const auto open = store.store().open_claims("mail");
  REQUIRE(open.size() == 2);
  for (const auto& claim : open)
    CHECK((claim == jobs[0].claim() || claim == jobs[2].claim()));
  CHECK(store.store().open_claims("nothing").empty());
}

} // namespace zzz_jobs::conformance
