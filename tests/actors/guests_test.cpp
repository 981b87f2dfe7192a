// Nodes without a store of their own work through a supervisor's.
#include "actors/guest_visit.hpp"

#include <zzz_jobs/actors/testing_faulty_store.hpp>

#include <algorithm>
#include <atomic>
#include <functional>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

namespace {

errc code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return errc{};
}

} // namespace

TEMPLATE_LIST_TEST_CASE("a guest claims, ends and enqueues jobs beside the supervisor's own",
                        "[guests]", SupervisorStores) {
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  start_with_worker(supervisor, "own");
  Visit guest{supervisor};
  const auto ours = supervisor.enqueue("w").id;
  const auto job = guest.claim_one();
  CHECK(job.id == ours);
  CHECK(guest.open() == std::vector{job.claim()});
  CHECK(guest.end(job) == OutcomeResult::applied);
  CHECK(guest.end(job) == OutcomeResult::refused);
  CHECK(guest.open().empty());
  CHECK(state_of(supervisor, ours) == JobState::completed);

  Batch batch;
  batch.enqueues.push_back(make_new_job("own", "", {}));
  batch.enqueues.push_back(make_new_job("w", "", {}));
  batch.claims.push_back({.queue = "default",
                          .slots = 5,
                          .known_workers = std::make_shared<const std::unordered_set<std::string>>(
                            std::initializer_list<std::string>{"w"})});
  const auto result = guest.apply(std::move(batch));
  REQUIRE(result.enqueued.size() == 2);
  REQUIRE(result.claimed.at(0).size() == 1);
  CHECK(result.claimed[0][0].id == result.enqueued[1].id);
  CHECK(comes_to(supervisor, result.enqueued[0].id, JobState::completed)); // at home
}

TEST_CASE("a guest's executions are nobody's lost ones while it is there", "[guests]") {
  MemorySupervisor supervisor{{}, quick()};
  start_with_worker(supervisor, "own");
  Visit guest{supervisor};
  supervisor.enqueue("w");
  const auto job = guest.claim_one();
  // A new queue supervisor and a new store actor compare at once.
  kill_store_actor(supervisor);
  const auto after = supervisor.enqueue("own").id;
  REQUIRE(comes_to(supervisor, after, JobState::completed));
  CHECK(state_of(supervisor, job.id) == JobState::executing);
  CHECK(guest.end(job) == OutcomeResult::applied);
  CHECK(supervisor.stats().rescued == 0);
}

TEMPLATE_LIST_TEST_CASE("what a guest leaves open runs again at once, its late outcome is refused",
                        "[guests]", SupervisorStores) {
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  Visit other{supervisor, "other"};
  const bool with_new_store_actor = GENERATE(false, true);
  for (int i = 0; i < 3; ++i)
    supervisor.enqueue("w");
  Visit guest{supervisor, "lost"};
  const auto jobs = guest.claim(3);
  REQUIRE(jobs.size() == 3);
  const auto kept = other.claim(3);
  CHECK(kept.empty());
  const auto woken = other.woken();
  guest.leave();
  if (with_new_store_actor)
    kill_store_actor(supervisor);
  CHECK(eventually([&] { return other.woken() > woken; }));
  std::vector<Job> again;
  REQUIRE(eventually([&] {
    for (auto& job : other.claim(3))
      again.push_back(std::move(job));
    return again.size() == 3;
  }));
  CHECK(again[0].attempt == 2);
  CHECK(again[0].errors.find("node \\\"lost\\\" is gone") != std::string::npos);
  CHECK(supervisor.stats().rescued == 3);
  CHECK(other.end(jobs[0]) == OutcomeResult::refused);
  for (const auto& job : again)
    CHECK(other.end(job) == OutcomeResult::applied);
}

TEST_CASE("what a guest without a name leaves open runs again too", "[guests]") {
  MemorySupervisor host{{}, quick()};
  host.start();
  host.enqueue("w");
  Visit nameless{host, ""};
  const auto lost = nameless.claim_one();
  nameless.leave();
  Visit next{host, ""};
  const auto again = next.claim_one();
  CHECK(again.id == lost.id);
  CHECK(again.attempt == 2);
  CHECK(next.end(again) == OutcomeResult::applied);
}

TEST_CASE("a guest that waits for jobs is told of them once", "[guests]") {
  MemorySupervisor supervisor{{}, quick()};
  Visit guest{supervisor};
  supervisor.enqueue("w");
  CHECK(guest.woken() == 0); // it has not asked yet
  REQUIRE(guest.claim(1).size() == 1);
  supervisor.enqueue("w");
  CHECK(guest.woken() == 0); // it had what it wanted
  REQUIRE(guest.claim(5).size() == 1);
  CHECK(guest.woken() == 0);
  supervisor.enqueue("w");
  CHECK(eventually([&] { return guest.woken() == 1; }));
  supervisor.enqueue("w");
  CHECK(guest.claim(5).size() == 2);
  CHECK(guest.woken() == 1);

  SECTION("of those that a retry makes available") {
    const auto id = supervisor.enqueue("w", "", {.delay = 1h}).id;
    CHECK(guest.claim(5).empty());
    const auto before = guest.woken();
    supervisor.retry(id);
    CHECK(eventually([&] { return guest.woken() > before; }));
  }
  SECTION("of those that become due") {
    supervisor.enqueue("w", "", {.delay = 1s});
    CHECK(guest.claim(5).empty());
    const auto before = guest.woken();
    CHECK(eventually([&] { return guest.woken() > before; }));
    CHECK(guest.claim(5).size() == 1);
  }
  SECTION("of those of another guest") {
    CHECK(guest.claim(5).empty());
    Visit other{supervisor};
    const auto before = guest.woken();
    Batch batch;
    batch.enqueues.push_back(make_new_job("w", "", {}));
    other.apply(std::move(batch));
    CHECK(eventually([&] { return guest.woken() > before; }));
    CHECK(other.woken() == 0);
  }
}

TEST_CASE("a guest hears when one of its executions is ended by others", "[guests]") {
  MemorySupervisor supervisor{{}, quick()};
  Visit guest{supervisor};
  Visit other{supervisor};
  SECTION("by a cancellation") {
    supervisor.enqueue("w");
    const auto job = guest.claim_one();
    supervisor.cancel(job.id);
    CHECK(eventually([&] { return guest.cancelled() == job.id; }));
    CHECK(guest.open().empty());
    CHECK(guest.end(job) == OutcomeResult::refused);
  }
  SECTION("by a job that takes its place") {
    const JobOpts opts{.unique_key = "k", .unique_strategy = UniqueStrategy::cancel_existing};
    supervisor.enqueue("w", "", opts);
    const auto job = guest.claim_one();
    Batch batch;
    batch.enqueues.push_back(make_new_job("w", "", opts));
    CHECK(other.apply(std::move(batch)).enqueued.at(0).cancelled == job.claim());
    CHECK(eventually([&] { return guest.cancelled() == job.id; }));
  }
  CHECK(other.cancelled() == 0);
}

TEST_CASE("in an outage guests hear at once, and again when it is over", "[guests]") {
  auto config = quick();
  config.queues.clear();
  config.queues.push_back({.name = "elsewhere", .concurrency = 1});
  Supervisor<testing::FaultyStore<MemoryStore>> supervisor{{}, config};
  Visit guest{supervisor};
  supervisor.enqueue("w");
  const auto job = guest.claim_one();
  supervisor.store().faults().inject({.call = testing::StoreCall::apply, .lasting = true});
  CHECK(code_of([&] { guest.end(job); }) == errc::unavailable);
  CHECK(guest.backs() == 0);
  supervisor.store().faults().heal();
  REQUIRE(eventually([&] { return code_of([&] { guest.end(job); }) == errc{}; }));
  CHECK(eventually([&] { return guest.backs() == 1; }));
  CHECK(state_of(supervisor, job.id) == JobState::completed);
}

TEST_CASE("a turn in doubt is in doubt for a guest too", "[guests]") {
  Supervisor<testing::FaultyStore<MemoryStore>> supervisor{{}, quick()};
  Visit guest{supervisor};
  supervisor.enqueue("w");
  const auto job = guest.claim_one();
  supervisor.store().faults().inject({.call = testing::StoreCall::apply,
                                      .done_first = true,
                                      .error = Error(errc::in_doubt, "lost in the commit")});
  CHECK(code_of([&] { guest.end(job); }) == errc::in_doubt);
  CHECK(eventually([&] { return code_of([&] { guest.end(job); }) == errc{}; }));
  CHECK(state_of(supervisor, job.id) == JobState::completed);
}

TEST_CASE("batches of guests join the turns of the supervisor's own parts", "[guests]") {
  Supervisor<testing::FaultyStore<MemoryStore>> supervisor{{}, quick()};
  auto& faults = supervisor.store().faults();
  Visit one{supervisor, "one"};
  Visit two{supervisor, "two"};
  supervisor.enqueue("w");
  const auto job = one.claim_one();
  HeldStore store{supervisor};
  const auto turns = faults.calls(testing::StoreCall::apply);
  auto ended = one.send(Visit::end_of(job));
  auto own = store.send("w");
  Batch claim;
  claim.claims.push_back({.queue = "default", .slots = 1});
  auto claimed = two.send(std::move(claim));
  store.release();
  const auto ours = own.get().at(0).id;
  CHECK(ended.get().outcomes.at(0) == OutcomeResult::applied);
  const auto jobs = claimed.get().claimed.at(0);
  CHECK(faults.calls(testing::StoreCall::apply) == turns + 1);
  // What this node enqueues in a turn, a guest may claim in it.
  REQUIRE(jobs.size() == 1);
  CHECK(jobs.front().id == ours);
}

TEST_CASE("a batch that the store cannot take fails for its guest alone", "[guests]") {
  Supervisor<testing::FaultyStore<MemoryStore>> supervisor{{}, quick()};
  auto& faults = supervisor.store().faults();
  Visit guest{supervisor};
  supervisor.enqueue("w");
  const auto job = guest.claim_one();
  const testing::Fault next{.call = testing::StoreCall::apply,
                            .error = Error(errc::invalid_argument, "a trigger")};
  SECTION("in a turn of its own") {
    faults.inject(next);
    CHECK(code_of([&] { guest.end(job); }) == errc::invalid_argument);
    supervisor.enqueue("own");
    CHECK(guest.open() == std::vector{job.claim()});
  }
  SECTION("in a turn with others") {
    HeldStore store{supervisor};
    faults.inject(next); // the turn, then the guest's part of it
    auto again = next;
    again.nth = 2;
    faults.inject(again);
    const auto turns = faults.calls(testing::StoreCall::apply);
    auto ended = guest.send(Visit::end_of(job));
    auto own = store.send("own");
    store.release();
    CHECK(code_of([&] { (void)ended.get(); }) == errc::invalid_argument);
    CHECK(own.get().size() == 1);
    CHECK(faults.calls(testing::StoreCall::apply) == turns + 3);
    CHECK(guest.open() == std::vector{job.claim()});
  }
  SECTION("which is not its fault") {
    HeldStore store{supervisor};
    faults.inject(next);
    auto again = next; // its part of the turn is well, the other one is not
    again.nth = 3;
    faults.inject(again);
    auto ended = guest.send(Visit::end_of(job));
    auto own = store.send("own");
    store.release();
    CHECK(ended.get().outcomes.at(0) == OutcomeResult::applied);
    CHECK(code_of([&] { (void)own.get(); }) == errc::invalid_argument);
  }
}

TEST_CASE("guests and the supervisor drain a queue together, each job once", "[guests]") {
  constexpr std::size_t jobs = 3000;
  std::atomic<std::size_t> at_home{0};
  MemorySupervisor supervisor{{.capacity = 100'000}, quick(2)};
  supervisor.register_worker("w", [&](std::string_view, JobContext&) { ++at_home; });
  std::atomic<std::size_t> by_guests{0};
  std::vector<std::thread> threads;
  std::atomic<bool> over{false};
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      Visit guest{supervisor};
      std::vector<Job> running;
      while (!over || !running.empty()) {
        Batch batch;
        for (const auto& job : running)
          batch.outcomes.push_back({.claim = job.claim()});
        if (!over)
          batch.claims.push_back({.queue = "default", .slots = 5});
        auto result = guest.apply(std::move(batch));
        by_guests += static_cast<std::size_t>(
          std::count(result.outcomes.begin(), result.outcomes.end(), OutcomeResult::applied));
        running = result.claimed.empty() ? std::vector<Job>{} : std::move(result.claimed[0]);
      }
    });
  supervisor.start();
  for (std::size_t i = 0; i < jobs; i += 100)
    supervisor.enqueue_many(std::vector<JobRequest>(100, {"w", "", {}}));
  const bool done = eventually(
    [&] {
      return supervisor.count_by_state("default", JobState::completed)
        == static_cast<std::int64_t>(jobs);
    },
    60s);
  over = true;
  for (auto& thread : threads)
    thread.join();
  CHECK(done);
  CHECK(at_home + by_guests == jobs);
  CHECK(supervisor.stats().completed == at_home);
  CHECK(supervisor.stats().outcomes_refused == 0);
}

TEST_CASE("only a running supervisor of actors takes guests", "[guests]") {
  MemorySupervisor manual{{}, {.queues = {{.name = "default"}}, .mode = RunMode::manual}};
  CHECK(code_of([&] { (void)manual.admit_guest("g", {}); }) == errc::unsupported);
  MemorySupervisor stopped{{}, quick()};
  stopped.stop();
  CHECK(code_of([&] { (void)stopped.admit_guest("g", {}); }) == errc::not_allowed);
}
