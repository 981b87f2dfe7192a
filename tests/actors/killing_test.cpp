// Any actor may end at any time: it is replaced, and no job is lost.
#include "actors/actor_kills.hpp"
#include "support/recorder.hpp"
#include "support/supervisors.hpp"

#include <atomic>
#include <random>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

TEMPLATE_LIST_TEST_CASE("a killed actor of any kind is replaced and work goes on", "[killing]",
                        SupervisorStores) {
  TestType over;
  Log log;
  auto config = quick();
  config.log = log.sink();
  typename TestType::Supervisor supervisor{over.store_config(), config};
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  std::atomic<int> events{0};
  const auto telemetry = supervisor.attach_telemetry([&](const Event&) { ++events; });
  supervisor.start();
  const std::vector<std::string> names{"store",   "queue default",
                                       "rescuer", "pruner",
                                       "cron",    "telemetry " + std::to_string(telemetry)};
  for (const auto& name : names) {
    INFO(name);
    kill_and_wait(supervisor, name);
    const auto job = supervisor.enqueue("w");
    CHECK(comes_to(supervisor, job.id, JobState::completed));
    CHECK(log.has("actor_replaced name=\"" + name + "\""));
  }
  CHECK(supervisor.stats().actors_replaced == 6);
  const auto before = events.load();
  supervisor.enqueue("w");
  CHECK(eventually([&] { return events > before; }));
}

TEMPLATE_LIST_TEST_CASE("the outcome of a running job survives the store actor", "[killing]",
                        SupervisorStores) {
  TestType over;
  Door door;
  std::atomic<int> runs{0};
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_worker("w", [&](std::string_view, JobContext&) {
    ++runs;
    door.wait();
  });
  supervisor.start();
  const auto job = supervisor.enqueue("w");
  REQUIRE(door.has_waiting(1));
  kill_and_wait(supervisor, "store");
  door.open();
  CHECK(comes_to(supervisor, job.id, JobState::completed));
  CHECK(runs == 1);
  CHECK(supervisor.get(job.id)->attempt == 1);
}

TEMPLATE_LIST_TEST_CASE("the jobs of a killed queue supervisor run again, their handlers stop",
                        "[killing]", SupervisorStores) {
  TestType over;
  Recorder seen;
  std::atomic<int> runs{0};
  std::atomic<StopReason> reason{StopReason::none};
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.attach_telemetry(seen.handler());
  supervisor.register_worker("w", [&](std::string_view, JobContext& context) {
    if (++runs > 1)
      return;
    if (eventually([&] { return context.stop_requested(); }))
      reason = context.stop_reason();
  });
  supervisor.start();
  const auto job = supervisor.enqueue("w");
  REQUIRE(eventually([&] { return runs == 1; }));
  kill_and_wait(supervisor, "queue default");
  CHECK(comes_to(supervisor, job.id, JobState::completed));
  CHECK(eventually([&] { return reason == StopReason::lost_claim; }));
  const auto after = *supervisor.get(job.id);
  CHECK(after.attempt == 2);
  CHECK(after.errors.find("nobody answers for it any more") != std::string::npos);
  CHECK(supervisor.stats().rescued == 1);
  const auto rescued = seen.first(EventType::job_rescued);
  CHECK(rescued.queue == "default");
  CHECK(rescued.result.job.id == job.id);
  CHECK(rescued.result.job.attempt == 1);
  CHECK(rescued.result.job.state == JobState::available);
  CHECK(rescued.result.error.find("nobody answers for it any more") != std::string::npos);
  // The first handler returned all the same, to no effect: its actors are gone.
  CHECK(eventually([&] { return seen.count(EventType::job_completed) == 1; }));
  CHECK(supervisor.stop());
  CHECK(seen.count(EventType::job_rescued) == 1);
  CHECK(seen.count(EventType::job_completed) == 1);
}

TEMPLATE_LIST_TEST_CASE("a killed worker's job counts as failed and its slot works on", "[killing]",
                        SupervisorStores) {
  TestType over;
  std::atomic<int> runs{0};
  std::atomic<StopReason> reason{StopReason::none};
  typename TestType::Supervisor supervisor{over.store_config(), quick(1)};
  supervisor.register_worker(
    "w",
    [&](std::string_view, JobContext& context) {
      if (++runs > 1)
        return;
      if (eventually([&] { return context.stop_requested(); }))
        reason = context.stop_reason();
    },
    {}, RetryStrategy::constant(0s));
  supervisor.start();
  const auto job = supervisor.enqueue("w");
  REQUIRE(eventually([&] { return runs == 1; }));
  kill_and_wait(supervisor, "worker default 0");
  CHECK(comes_to(supervisor, job.id, JobState::completed));
  CHECK(eventually([&] { return reason == StopReason::lost_claim; }));
  CHECK(supervisor.get(job.id)->errors.find("its worker actor ended") != std::string::npos);
  CHECK(supervisor.get(job.id)->attempt == 2);
}

TEST_CASE("under random kills of all actors every job ends completed", "[killing]") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  std::atomic<int> runs{0};
  MemorySupervisor supervisor{{.capacity = 100'000}, quick(4)};
  supervisor.register_worker(
    "w", [&](std::string_view, JobContext&) { ++runs; }, {.max_attempts = 1000},
    RetryStrategy::constant(0s));
  supervisor.start();
  constexpr int jobs = 5000;
  std::atomic<int> enqueued{0};
  std::thread enqueuer([&] {
    for (int i = 0; i < jobs; i += 10) {
      // A call that meets a killed store actor goes to its successor.
      const auto answers = supervisor.enqueue_many(std::vector<JobRequest>(10, {"w", "", {}}));
      enqueued += static_cast<int>(answers.size());
    }
  });
  const std::vector<std::string> names{
    "store", "queue default", "worker default 0", "worker default 1", "rescuer", "pruner", "cron"};
  for (int kills = 0; kills < 60; ++kills) {
    const auto& name =
      names[std::uniform_int_distribution<std::size_t>{0, names.size() - 1}(random)];
    if (const auto victim = directory_of(supervisor).find(name))
      kill(victim);
    const auto turns = supervisor.stats().turns;
    (void)eventually([&] { return supervisor.stats().turns > turns + 5; }, 50ms);
  }
  enqueuer.join();
  CHECK(enqueued == jobs);
  CHECK(eventually(
    [&] { return supervisor.count_by_state("default", JobState::completed) == jobs; }, 60s));
  CHECK(runs >= jobs);
}
