#include "actors/testing_bench.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace zzz_jobs;
using namespace zzz_jobs::testing;
using namespace zzz_jobs::tests;
using Bench = TestingBench;

TEST_CASE("a virtual clock stands still until it is moved, by several threads at once") {
  VirtualClock clock;
  CHECK(clock.now() == UnixTime{1'767'225'600s});
  clock.advance(90s);
  CHECK(clock.now() == start + 90s);
  clock.set(UnixTime{5s});
  CHECK(clock.now() == UnixTime{5s});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 10'000; ++k)
        clock.advance(1s);
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(clock.now() == UnixTime{40'005s});
}

TEST_CASE("in manual mode nothing runs by itself, and run_one runs one job") {
  Bench bench;
  bench.supervisor.start();
  bench.add("note", "second", {.priority = 1});
  const auto first = bench.add("note", "first");
  CHECK(bench.ran.empty());
  const auto job = run_one(bench.supervisor);
  REQUIRE(job);
  CHECK(job->id == first);
  CHECK(job->state == JobState::completed);
  CHECK(job->attempt == 1);
  CHECK(bench.ran == Texts{"first"});
  CHECK(run_one(bench.supervisor));
  CHECK(!run_one(bench.supervisor));
  CHECK(!run_one(bench.supervisor, "other"));
}

TEST_CASE("a drain takes jobs by priority and then age, of all queues or of one") {
  Bench bench;
  bench.add("note", "c", {.priority = 5});
  bench.add("note", "b");
  bench.add("note", "a", {.priority = -5});
  bench.add("note", "mail", {.queue = "mail"});
  CHECK(drain(bench.supervisor, {.queue = "mail"}).completed == 1);
  CHECK(bench.ran == Texts{"mail"});
  const auto result = drain(bench.supervisor);
  CHECK(result.completed == 3);
  CHECK(result.jobs.size() == 3);
  CHECK(bench.ran == Texts{"mail", "a", "b", "c"});
  CHECK(drain(bench.supervisor).describe() == "0 executions");
}

TEST_CASE("a drain runs jobs that handlers enqueue, also into queues that were not there") {
  Bench bench;
  bench.supervisor.register_worker("chain", [&](std::string_view args, JobContext&) {
    bench.ran.emplace_back(args);
    if (args.size() < 3)
      bench.supervisor.enqueue("chain", std::string{args} + "x",
                               {.queue = "queue" + std::string{args}});
  });
  bench.add("chain");
  CHECK(drain(bench.supervisor).completed == 4);
  CHECK(bench.ran == Texts{"", "x", "xx", "xxx"});
}

TEST_CASE("a drain counts every outcome and shows the jobs as they are afterwards") {
  Bench bench;
  auto& supervisor = bench.supervisor;
  supervisor.register_worker("snooze", [](std::string_view, JobContext& c) { c.snooze(10s); });
  supervisor.register_worker("cancel", [](std::string_view, JobContext& c) { c.cancel("no"); });
  supervisor.register_worker("discard", [](std::string_view, JobContext& c) { c.discard("bad"); });
  supervisor.register_worker("suicide", [&](std::string_view, JobContext& c) {
    supervisor.cancel(c.job().id);
    CHECK(c.stop_reason() == StopReason::cancelled);
    CHECK(c.stop_token().stop_requested());
  });
  for (const auto* worker : {"note", "fail", "snooze", "cancel", "discard", "suicide"})
    bench.add(worker, "why");
  const auto last = bench.add("fail", "why", {.max_attempts = 1});
  const auto result = drain(supervisor);
  CHECK(result.describe()
        == "7 executions: 1 completed, 1 failed, 2 discarded, 1 cancelled, 1 snoozed, 1 refused");
  std::vector<JobState> states;
  for (const auto& job : result.jobs)
    states.push_back(job.state);
  CHECK(states
        == std::vector{JobState::completed, JobState::retryable, JobState::scheduled,
                       JobState::cancelled, JobState::discarded, JobState::cancelled,
                       JobState::discarded});
  CHECK(result.jobs.back().id == last);
  CHECK(result.jobs.back().errors.find("why") != std::string::npos);
  const auto stats = supervisor.stats();
  CHECK(stats.enqueued == 7);
  CHECK(stats.started == 7);
  CHECK(stats.outcomes_refused == 1);
  CHECK(stats.cancelled == 2);
}

TEST_CASE("a job that its own handler cancels and removes is shown as it was claimed") {
  Bench bench;
  bench.supervisor.register_worker("vanish", [&](std::string_view, JobContext& context) {
    bench.supervisor.cancel(context.job().id);
    bench.supervisor.remove(context.job().id);
  });
  const auto id = bench.add("vanish");
  bench.add("note", "after it");
  const auto result = drain(bench.supervisor);
  CHECK(result.refused == 1);
  CHECK(result.completed == 1);
  CHECK(result.jobs.front().id == id);
  CHECK(!bench.supervisor.get(id));
}

TEST_CASE("a drain leaves paused queues, unknown workers and the future alone") {
  Bench bench;
  const auto paused = bench.add("note", "paused", {.queue = "paused"});
  const auto unknown = bench.add("nobody");
  const auto later = bench.add("note", "later", {.delay = 1s});
  const auto failing = bench.add("fail");
  bench.supervisor.pause_queue("paused");
  CHECK(drain(bench.supervisor).executions == 1);
  CHECK(bench.ran.empty());
  CHECK(bench.state(paused) == JobState::available);
  CHECK(bench.state(unknown) == JobState::available);
  CHECK(bench.state(later) == JobState::scheduled);
  CHECK(bench.state(failing) == JobState::retryable);
  bench.supervisor.resume_queue("paused");
  CHECK(drain(bench.supervisor).executions == 1);
  CHECK(bench.ran == Texts{"paused"});
}

TEST_CASE("unknown workers are discarded where the configuration says so") {
  Bench bench{{.unknown_workers = UnknownWorkers::discard, .mode = RunMode::manual}};
  const auto id = bench.add("nobody");
  CHECK(drain(bench.supervisor).discarded == 1);
  CHECK(bench.state(id) == JobState::discarded);
  CHECK(bench.supervisor.stats().started == 0);
}

TEST_CASE("a drain that advances the clock runs scheduled and retryable jobs at their time") {
  Bench bench;
  bench.supervisor.register_worker("when", [&](std::string_view args, JobContext&) {
    bench.ran.push_back(std::string{args} + " at "
                        + std::to_string((bench.clock->now() - start).count()));
  });
  bench.add("when", "second", {.delay = 3600s});
  bench.add("when", "first", {.queue = "other", .scheduled_at = start + 20s});
  const auto failing = bench.add("fail");
  const auto result = drain(bench.supervisor, {.advance = bench.clock});
  CHECK(bench.ran == Texts{"first at 20", "second at 3600"});
  CHECK(result.describe() == "5 executions: 2 completed, 2 failed, 1 discarded");
  CHECK(bench.clock->now() == start + 3600s);
  const auto job = bench.supervisor.get(failing);
  CHECK(job->completed_at == start + 60s);
  CHECK(job->attempt == 3);
}

TEST_CASE("a drain of one queue does not wait for the jobs of others") {
  Bench bench;
  bench.add("note", "mine", {.queue = "mine", .delay = 100s});
  bench.add("note", "sooner", {.delay = 50s});
  bench.add("note", "later", {.delay = 200s});
  CHECK(drain(bench.supervisor, {.queue = "mine", .advance = bench.clock}).completed == 1);
  CHECK(bench.ran == Texts{"mine"});
  CHECK(bench.clock->now() == start + 100s);
}

TEST_CASE("a drain until a time ends with the clock there") {
  Bench bench;
  bench.add("note", "soon", {.delay = 10s});
  const auto late = bench.add("note", "late", {.delay = 61s});
  CHECK(drain(bench.supervisor, {.advance = bench.clock, .until = start + 60s}).completed == 1);
  CHECK(bench.clock->now() == start + 60s);
  CHECK(bench.state(late) == JobState::scheduled);
}

TEST_CASE("a job that enqueues itself ends a drain with an error, or where it was told to") {
  Bench bench;
  int runs = 0;
  bench.supervisor.register_worker("again", [&](std::string_view, JobContext&) {
    ++runs;
    bench.supervisor.enqueue("again");
  });
  bench.add("again");
  CHECK(drain(bench.supervisor, {.stop_after = 3}).executions == 3);
  CHECK(runs == 3);
  CHECK(code_of([&] { drain(bench.supervisor, {.executions_max = 5}); }) == errc::too_large);
  CHECK(runs == 9); // five more, and the one that shows that there are too many
  bench.add("note", "fair", {.queue = "other"});
  CHECK(drain(bench.supervisor, {.stop_after = 1}).executions == 1);
  CHECK(bench.ran.empty());
  CHECK(drain(bench.supervisor, {.stop_after = 2}).executions == 2);
  CHECK(bench.ran == Texts{"fair"});
}

TEST_CASE("a job that snoozes for no time does not end a drain that advances the clock") {
  Bench bench;
  bench.supervisor.register_worker("nap", [](std::string_view, JobContext& c) { c.snooze(0s); });
  bench.add("nap");
  CHECK(drain(bench.supervisor, {.advance = bench.clock, .stop_after = 4}).snoozed == 4);
  CHECK(code_of([&] { drain(bench.supervisor, {.advance = bench.clock, .executions_max = 10}); })
        == errc::too_large);
}

TEST_CASE("a drain refuses a clock that is not the store's, other modes and a stopped supervisor") {
  Bench bench;
  const auto other = std::make_shared<VirtualClock>(UnixTime{1s});
  CHECK(code_of([&] { drain(bench.supervisor, {.advance = other}); }) == errc::invalid_argument);
  bench.add("note");
  CHECK(bench.supervisor.stop());
  CHECK(code_of([&] { drain(bench.supervisor); }) == errc::not_allowed);
  CHECK(code_of([&] { run_one(bench.supervisor); }) == errc::not_allowed);
  CHECK(bench.ran.empty());
  MemorySupervisor with_actors{{}, {.queues = {{.name = "default"}}}};
  CHECK(code_of([&] { drain(with_actors); }) == errc::not_allowed);
  CHECK(code_of([&] { run_one(with_actors); }) == errc::not_allowed);
}

TEST_CASE("manual mode keeps progress, results and unique keys like the actors") {
  Bench bench;
  bench.supervisor.register_worker("report", [](std::string_view, JobContext& context) {
    context.progress(40, "half way");
    context.progress(250, "done");
    context.result("42");
  });
  const auto id = bench.add("report", "", {.unique_key = "one"});
  CHECK(bench.supervisor.enqueue("report", "", {.unique_key = "one"}).conflict);
  const auto job = run_one(bench.supervisor);
  REQUIRE(job);
  CHECK(job->id == id);
  CHECK(job->progress == 100);
  CHECK(job->progress_note == "done");
  CHECK(job->result == "42");
  CHECK(!bench.supervisor.enqueue("report", "", {.unique_key = "one"}).conflict);
}

TEST_CASE("a unique job that takes the place of a running one stops it, in manual mode too") {
  Bench bench;
  auto reason = StopReason::none;
  bench.supervisor.register_worker("solo", [&](std::string_view args, JobContext& context) {
    if (args == "old")
      bench.supervisor.enqueue(
        "solo", "new", {.unique_key = "solo", .unique_strategy = UniqueStrategy::cancel_existing});
    if (args == "old")
      reason = context.stop_reason();
  });
  bench.add("solo", "old", {.unique_key = "solo"});
  const auto result = drain(bench.supervisor);
  CHECK(reason == StopReason::cancelled);
  CHECK(result.refused == 1);
  CHECK(result.completed == 1);
}

TEST_CASE("events are told in manual mode, by the caller's thread, and handlers may enqueue") {
  int warnings = 0;
  Bench bench{{.mode = RunMode::manual, .log = [&](LogLevel, std::string_view) { ++warnings; }}};
  Texts events;
  const auto id = bench.supervisor.attach_telemetry([&](const Event& event) {
    events.push_back(std::string{to_string(event.type)} + " " + event.result.job.args);
    if (event.type == EventType::job_completed && event.result.job.args == "a")
      bench.supervisor.enqueue("note", "b");
    if (event.type == EventType::job_started)
      throw std::runtime_error("telemetry");
  });
  bench.add("note", "a");
  drain(bench.supervisor);
  CHECK(events
        == Texts{"job_enqueued a", "job_started a", "job_completed a", "job_enqueued b",
                 "job_started b", "job_completed b"});
  CHECK(warnings == 2);
  bench.supervisor.detach_telemetry(id);
  bench.add("note", "c");
  CHECK(events.size() == 6);
}

TEST_CASE("a drain in another thread hears of a stop") {
  Bench bench;
  std::atomic<bool> running{false};
  auto reason = StopReason::none;
  bench.supervisor.register_worker("wait", [&](std::string_view, JobContext& context) {
    running = true;
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!context.stop_requested() && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    reason = context.stop_reason();
    throw std::runtime_error("stopped");
  });
  const auto id = bench.add("wait");
  std::thread other{[&] { run_one(bench.supervisor); }};
  while (!running)
    std::this_thread::yield();
  CHECK(!bench.supervisor.stop());
  other.join();
  CHECK(reason == StopReason::shutdown);
  CHECK(bench.supervisor.store().get(id)->state == JobState::available);
  CHECK(bench.supervisor.store().get(id)->attempts_used() == 0);
}

TEST_CASE("several threads may drain one supervisor, and each job runs once") {
  Bench bench;
  std::vector<std::atomic<int>> runs(2000);
  bench.supervisor.register_worker("count", [&](std::string_view args, JobContext&) {
    const auto number = std::stoul(std::string{args});
    if (++runs[number] == 1 && number % 4 == 0)
      bench.supervisor.enqueue("count", std::to_string(number + 1));
  });
  for (std::size_t i = 0; i < runs.size(); i += 2)
    bench.add("count", std::to_string(i));
  std::atomic<std::size_t> completed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { completed += drain(bench.supervisor).completed; });
  for (auto& thread : threads)
    thread.join();
  CHECK(completed == 1500);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < runs.size(); ++i)
    wrong += runs[i] == (i % 2 == 0 || i % 4 == 1 ? 1 : 0) ? 0 : 1;
  CHECK(wrong == 0);
}
