// Events: what is told, and that no handler can harm jobs.
#include "support/catch.hpp"
#include "support/recorder.hpp"
#include "support/supervisors.hpp"

#include <atomic>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

TEMPLATE_LIST_TEST_CASE("every step of a job's life is an event", "[telemetry]", SupervisorStores) {
  TestType over;
  Recorder seen;
  // Not by the attempt's number: the pause below may hand jobs back unstarted.
  std::atomic<bool> failed_once{false};
  std::atomic<bool> snoozed_once{false};
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.attach_telemetry(seen.handler());
  supervisor.register_worker(
    "w",
    [&](std::string_view args, JobContext& context) {
      if (args == "fail" && !failed_once.exchange(true))
        throw std::runtime_error("first try");
      if (args == "discard")
        context.discard("hopeless");
      if (args == "cancel")
        context.cancel("unwanted");
      if (args == "snooze" && !snoozed_once.exchange(true))
        context.snooze(0s);
    },
    {}, RetryStrategy::constant(0s));
  supervisor.start();
  for (const auto* args : {"ok", "fail", "discard", "cancel", "snooze"})
    supervisor.enqueue("w", args, {.priority = 3});
  supervisor.pause_queue("default");
  supervisor.resume_queue("default");
  REQUIRE(eventually([&] { return seen.count(EventType::job_completed) == 3; }));
  CHECK(eventually([&] { return seen.count(EventType::job_started) == 7; }));
  CHECK(seen.count(EventType::job_enqueued) == 5);
  CHECK(seen.first(EventType::queue_paused).queue == "default");
  CHECK(seen.first(EventType::queue_resumed).queue == "default");
  const auto failed = seen.first(EventType::job_failed);
  CHECK(failed.result.error == "first try");
  CHECK(failed.result.job.args == "fail");
  CHECK(failed.result.job.attempts_used() == 1);
  CHECK(failed.result.job.state == JobState::retryable);
  CHECK(failed.queue == "default");
  CHECK(seen.first(EventType::job_discarded).result.error == "hopeless");
  CHECK(seen.first(EventType::job_cancelled).result.error == "unwanted");
  CHECK(seen.first(EventType::job_snoozed).result.job.args == "snooze");
  const auto enqueued = seen.first(EventType::job_enqueued).result.job;
  CHECK(enqueued.args == "ok");
  CHECK(enqueued.priority == 3);
  CHECK(enqueued.id > 0);
}

TEMPLATE_LIST_TEST_CASE("a job that a unique one replaces is told of and counted", "[telemetry]",
                        SupervisorStores) {
  TestType over;
  Recorder seen;
  auto config = quick();
  config.mode = GENERATE(RunMode::manual, RunMode::actors);
  typename TestType::Supervisor supervisor{over.store_config(), config};
  supervisor.attach_telemetry(seen.handler());
  const auto old = supervisor.enqueue("w", "old", {.delay = 1h, .unique_key = "k"});
  supervisor.enqueue(
    "w", "new",
    {.delay = 1h, .unique_key = "k", .unique_strategy = UniqueStrategy::cancel_existing});
  const auto told = seen.first(EventType::job_cancelled).result.job;
  CHECK(told.id == old.id);
  CHECK(told.args == "old");
  CHECK(told.state == JobState::cancelled);
  CHECK(supervisor.stats().cancelled == 1);
}

TEST_CASE("telemetry handlers that throw, block or enqueue harm no job", "[telemetry]") {
  const auto door = std::make_shared<Door>();
  Log log;
  auto config = quick();
  config.log = log.sink();
  config.stop_grace = 100ms;
  config.telemetry_backlog_max = 50;
  std::vector<std::unique_ptr<Recorder>> others;
  MemorySupervisor supervisor{{}, config};
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  supervisor.register_worker("from_handler", [](std::string_view, JobContext&) {});
  supervisor.attach_telemetry([](const Event&) { throw std::runtime_error("broken handler"); });
  supervisor.attach_telemetry([door](const Event&) { door->wait(); });
  supervisor.attach_telemetry([&](const Event& event) {
    if (event.type == EventType::job_completed && event.result.job.worker == "w")
      supervisor.enqueue("from_handler");
  });
  for (int i = 0; i < 9; ++i) {
    others.push_back(std::make_unique<Recorder>());
    supervisor.attach_telemetry(others.back()->handler());
  }
  supervisor.start();
  for (int i = 0; i < 100; ++i)
    supervisor.enqueue("w");
  REQUIRE(
    eventually([&] { return supervisor.count_by_state("default", JobState::completed) >= 101; }));
  CHECK(log.has("telemetry_handler_threw"));
  CHECK(log.has("broken handler"));
  for (auto& other : others)
    CHECK(eventually([&] { return other->count(EventType::job_completed) >= 1; }));
  // The blocked one has its backlog; what is beyond it is counted.
  CHECK(eventually([&] { return supervisor.stats().events_dropped > 0; }));
  CHECK(supervisor.stop());
}

TEST_CASE("a detached telemetry handler hears nothing more", "[telemetry]") {
  Recorder first;
  Recorder second;
  MemorySupervisor supervisor{{}, quick()};
  const auto id = supervisor.attach_telemetry(first.handler());
  supervisor.attach_telemetry(second.handler());
  supervisor.enqueue("w");
  CHECK(first.first(EventType::job_enqueued).result.job.worker == "w");
  supervisor.detach_telemetry(id);
  const auto before = first.count(EventType::job_enqueued);
  supervisor.enqueue("w");
  CHECK(eventually([&] { return second.count(EventType::job_enqueued) == 2; }));
  CHECK(first.count(EventType::job_enqueued) == before);
}
