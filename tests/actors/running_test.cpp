// What an application sees when its jobs run: order, outcomes, queues.
#include "support/catch.hpp"
#include "support/supervisors.hpp"

#include <atomic>
#include <set>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

TEMPLATE_LIST_TEST_CASE("an enqueued job runs once and is completed", "[running]",
                        SupervisorStores) {
  TestType over;
  std::atomic<int> runs{0};
  std::string seen;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_worker("mailer", [&](std::string_view args, JobContext& context) {
    seen = std::string{args} + " " + std::to_string(context.attempt());
    ++runs;
  });
  supervisor.start();
  const auto job = supervisor.enqueue("mailer", R"({"to":"ann"})");
  REQUIRE(comes_to(supervisor, job.id, JobState::completed));
  CHECK(runs == 1);
  CHECK(seen == R"({"to":"ann"} 1)");
  CHECK(supervisor.get(job.id)->attempt == 1);
  CHECK(supervisor.stats().completed == 1);
}

TEMPLATE_LIST_TEST_CASE("jobs start by priority, then in the order of their enqueue", "[running]",
                        SupervisorStores) {
  TestType over;
  std::mutex mutex;
  std::vector<std::string> order;
  typename TestType::Supervisor supervisor{over.store_config(), quick(1)};
  supervisor.register_worker("w", [&](std::string_view args, JobContext&) {
    const std::lock_guard lock(mutex);
    order.emplace_back(args);
  });
  supervisor.enqueue("w", "bulk", {.priority = 100});
  supervisor.enqueue("w", "a");
  supervisor.enqueue("w", "b");
  const auto last = supervisor.enqueue("w", "urgent", {.priority = -10});
  supervisor.start();
  REQUIRE(eventually([&] { return supervisor.stats().completed == 4; }));
  CHECK(order == std::vector<std::string>{"urgent", "a", "b", "bulk"});
  CHECK(last.priority == -10);
}

TEMPLATE_LIST_TEST_CASE("ten thousand jobs of many threads run exactly once each", "[running]",
                        SupervisorStores) {
  TestType over;
  constexpr int threads = 8;
  constexpr int each = 1250;
  std::vector<std::atomic<int>> runs(threads * each);
  typename TestType::Supervisor supervisor{over.store_config(), quick(8)};
  supervisor.register_worker("count", [&](std::string_view args, JobContext&) {
    ++runs[static_cast<std::size_t>(std::stoi(std::string{args}))];
  });
  supervisor.start();
  std::vector<std::thread> enqueuers;
  for (int t = 0; t < threads; ++t)
    enqueuers.emplace_back([&, t] {
      for (int i = 0; i < each; i += 50) {
        std::vector<JobRequest> jobs;
        for (int k = i; k < i + 50; ++k)
          jobs.push_back({"count", std::to_string(t * each + k), {}});
        supervisor.enqueue_many(std::move(jobs));
      }
    });
  for (auto& enqueuer : enqueuers)
    enqueuer.join();
  REQUIRE(eventually([&] { return supervisor.stats().completed == threads * each; }, 60s));
  for (const auto& count : runs)
    REQUIRE(count == 1);
  CHECK(supervisor.count_by_state("default", JobState::completed) == threads * each);
  CHECK(supervisor.stats().outcomes_refused == 0);
}

TEMPLATE_LIST_TEST_CASE("a slow job does not hold back the jobs claimed with it", "[running]",
                        SupervisorStores) {
  TestType over;
  Door door;
  std::atomic<int> fast{0};
  typename TestType::Supervisor supervisor{over.store_config(), quick(2)};
  supervisor.register_worker("w", [&](std::string_view args, JobContext&) {
    if (args == "slow")
      door.wait();
    else
      ++fast;
  });
  // Many fast ones teach the queue to hand out several jobs at once.
  std::vector<JobRequest> jobs(3000, JobRequest{"w", "fast", {}});
  jobs.insert(jobs.begin() + 1500, JobRequest{"w", "slow", {}});
  supervisor.enqueue_many(std::move(jobs));
  supervisor.start();
  CHECK(eventually([&] { return fast == 3000; }));
  CHECK(eventually([&] { return supervisor.stats().completed == 3000; }));
  door.open();
  CHECK(eventually([&] { return supervisor.stats().completed == 3001; }));
}

TEMPLATE_LIST_TEST_CASE("a busy queue does not starve another one", "[running]", SupervisorStores) {
  TestType over;
  auto config = quick(2);
  config.queues.push_back({.name = "critical", .concurrency = 1});
  Door door;
  typename TestType::Supervisor supervisor{over.store_config(), config};
  supervisor.register_worker("stuck", [&](std::string_view, JobContext&) { door.wait(); });
  supervisor.register_worker("quick", [](std::string_view, JobContext&) {});
  supervisor.start();
  for (int i = 0; i < 10; ++i)
    supervisor.enqueue("stuck");
  REQUIRE(door.has_waiting(2));
  const auto job = supervisor.enqueue("quick", "", {.queue = "critical"});
  CHECK(comes_to(supervisor, job.id, JobState::completed));
  CHECK(door.waiting() == 2);
  door.open(); // or the supervisor's end would wait for them
}

TEMPLATE_LIST_TEST_CASE("a job without a worker here is left alone until there is one", "[running]",
                        SupervisorStores) {
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_worker("known", [](std::string_view, JobContext&) {});
  supervisor.start();
  const auto unknown = supervisor.enqueue("unknown");
  const auto known = supervisor.enqueue("known");
  REQUIRE(comes_to(supervisor, known.id, JobState::completed));
  CHECK(state_of(supervisor, unknown.id) == JobState::available);
  CHECK(supervisor.get(unknown.id)->attempt == 0);
  supervisor.register_worker("unknown", [](std::string_view, JobContext&) {});
  CHECK(comes_to(supervisor, unknown.id, JobState::completed));
}

TEMPLATE_LIST_TEST_CASE("unknown workers are discarded where the configuration says so",
                        "[running]", SupervisorStores) {
  TestType over;
  auto config = quick();
  config.unknown_workers = UnknownWorkers::discard;
  typename TestType::Supervisor supervisor{over.store_config(), config};
  supervisor.start();
  const auto job = supervisor.enqueue("nobody");
  REQUIRE(comes_to(supervisor, job.id, JobState::discarded));
  CHECK(supervisor.get(job.id)->errors.find("nobody") != std::string::npos);
}

TEMPLATE_LIST_TEST_CASE("a queue without direct start runs its jobs all the same, in order",
                        "[running]", SupervisorStores) {
  TestType over;
  auto config = quick(1);
  config.queues.front().direct_start = false;
  std::mutex mutex;
  std::vector<std::string> order;
  typename TestType::Supervisor supervisor{over.store_config(), config};
  supervisor.register_worker("w", [&](std::string_view args, JobContext&) {
    const std::lock_guard lock(mutex);
    order.emplace_back(args);
  });
  supervisor.start();
  std::vector<std::string> expected;
  for (int i = 0; i < 20; ++i) {
    expected.push_back(std::to_string(i));
    const auto job = supervisor.enqueue("w", expected.back());
    CHECK(job.state == JobState::available); // though a handler is idle
  }
  REQUIRE(eventually([&] { return supervisor.stats().completed == 20; }));
  CHECK(order == expected);
}

TEMPLATE_LIST_TEST_CASE("a scheduled job waits for its time", "[running]", SupervisorStores) {
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  supervisor.start();
  const auto later = supervisor.enqueue("w", "", {.delay = 24h});
  const auto soon = supervisor.enqueue("w", "", {.delay = 1s});
  CHECK(later.state == JobState::scheduled);
  CHECK(comes_to(supervisor, soon.id, JobState::completed));
  CHECK(state_of(supervisor, later.id) == JobState::scheduled);
}

TEMPLATE_LIST_TEST_CASE("a paused queue starts nothing, resumed it goes on", "[running]",
                        SupervisorStores) {
  TestType over;
  Door door;
  typename TestType::Supervisor supervisor{over.store_config(), quick(1)};
  supervisor.register_worker("slow", [&](std::string_view, JobContext&) { door.wait(); });
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  supervisor.start();
  const auto running = supervisor.enqueue("slow");
  REQUIRE(door.has_waiting(1));
  const auto waiting = supervisor.enqueue("w");
  supervisor.pause_queue("default");
  CHECK(supervisor.is_paused("default"));
  door.open();
  // Running jobs go on.
  REQUIRE(comes_to(supervisor, running.id, JobState::completed));
  CHECK(state_of(supervisor, waiting.id) == JobState::available);
  CHECK(supervisor.get(waiting.id)->attempts_used() == 0);
  supervisor.resume_queue("default");
  CHECK(comes_to(supervisor, waiting.id, JobState::completed));
}

TEMPLATE_LIST_TEST_CASE("seventeen paused queues are all paused", "[running]", SupervisorStores) {
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  for (int i = 0; i < 17; ++i)
    supervisor.pause_queue("q" + std::to_string(i));
  for (int i = 0; i < 17; ++i)
    CHECK(supervisor.is_paused("q" + std::to_string(i)));
  supervisor.resume_queue("q3");
  CHECK_FALSE(supervisor.is_paused("q3"));
}

TEST_CASE("a hundred workers all find their handler", "[running]") {
  std::mutex mutex;
  std::set<int> ran;
  MemorySupervisor supervisor{{}, quick()};
  for (int i = 0; i < 100; ++i)
    supervisor.register_worker("worker" + std::to_string(i), [&, i](std::string_view, JobContext&) {
      const std::lock_guard lock(mutex);
      ran.insert(i);
    });
  supervisor.start();
  for (int i = 0; i < 100; ++i)
    supervisor.enqueue("worker" + std::to_string(i));
  REQUIRE(eventually([&] { return supervisor.stats().completed == 100; }));
  CHECK(ran.size() == 100);
}

TEMPLATE_LIST_TEST_CASE("the concurrency of a running queue can be raised and lowered", "[running]",
                        SupervisorStores) {
  TestType over;
  Door first;
  Door second;
  typename TestType::Supervisor supervisor{over.store_config(), quick(1)};
  supervisor.set_concurrency("default", 1); // before the start too
  supervisor.register_worker("first", [&](std::string_view, JobContext&) { first.wait(); });
  supervisor.register_worker("second", [&](std::string_view, JobContext&) { second.wait(); });
  supervisor.start();
  for (int i = 0; i < 5; ++i)
    supervisor.enqueue("first");
  REQUIRE(first.has_waiting(1));
  supervisor.set_concurrency("default", 5);
  REQUIRE(first.has_waiting(5));
  supervisor.set_concurrency("default", 2);
  first.open();
  for (int i = 0; i < 5; ++i)
    supervisor.enqueue("second");
  REQUIRE(eventually([&] { return supervisor.stats().completed == 5; }));
  REQUIRE(second.has_waiting(2));
  CHECK(second.waiting() == 2);
  CHECK_THROWS_WITH(supervisor.set_concurrency("other", 2), has("this supervisor does not run it"));
  CHECK_THROWS_WITH(supervisor.set_concurrency("default", 0),
                    has("concurrency must be 1..10000, got 0"));
  second.open();
}

TEST_CASE("a worker's options apply where the enqueue is silent", "[running]") {
  MemorySupervisor supervisor{{}, quick()};
  supervisor.register_worker("w", [](std::string_view, JobContext&) {},
                             {.queue = "bulk", .priority = 7, .max_attempts = 3, .timeout = 60s});
  const auto job = supervisor.enqueue("w");
  CHECK(job.queue == "bulk");
  CHECK(job.priority == 7);
  CHECK(job.max_attempts == 3);
  const auto other = supervisor.enqueue("w", "", {.queue = "other", .priority = 0});
  CHECK(other.queue == "other");
  CHECK(other.priority == 0);
  CHECK(supervisor.get(job.id)->timeout == 60s);
}

TEMPLATE_LIST_TEST_CASE("what breaks a rule is refused and nothing is stored", "[running]",
                        SupervisorStores) {
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  CHECK_THROWS_WITH(supervisor.enqueue(""), has("worker"));
  CHECK_THROWS_WITH(supervisor.enqueue("w", std::string(1024 * 1024 + 1, 'x')),
                    has("args") && has("1048576"));
  CHECK_THROWS_WITH(supervisor.enqueue("w", "", {.max_attempts = 0}), has("max_attempts"));
  CHECK_THROWS_AS(supervisor.enqueue_many({{"w", "ok", {}}, {"w", std::string("\xff"), {}}}),
                  Error);
  CHECK_THROWS_WITH(supervisor.register_worker("w", Handler{}), has("handler"));
  CHECK(supervisor.list().empty());
}

TEMPLATE_LIST_TEST_CASE("more jobs in one call than the limit are refused, all of them",
                        "[running]", SupervisorStores) {
  TestType over;
  auto config = quick();
  config.limits.enqueue_many_max = 10;
  typename TestType::Supervisor supervisor{over.store_config(), config};
  const auto many = [&](std::size_t count) {
    return supervisor.enqueue_many(std::vector<JobRequest>(count, {"w", "", {}}));
  };
  CHECK_THROWS_WITH(many(11), has("enqueue_many: must be at most 10 jobs, got 11"));
  CHECK(supervisor.list().empty());
  CHECK(many(10).size() == 10);
  CHECK(supervisor.list().size() == 10);
}

TEST_CASE("all problems of a configuration are told at once", "[running]") {
  SupervisorConfig config{.queues = {{.name = "mail", .concurrency = 0}, {.name = "mail"}},
                          .poll_interval = 1ms,
                          .log = log_nothing};
  CHECK_THROWS_WITH((MemorySupervisor{{}, config}),
                    has("queue \"mail\": concurrency must be 1..10000, got 0")
                      && has("queue \"mail\": must be named once")
                      && has("poll_interval must be 10 ms..3600000 ms, got 1 ms"));
}
