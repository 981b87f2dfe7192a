// How executions end, as a handler and an operator decide it.
#include "support/catch.hpp"
#include "support/recorder.hpp"
#include "support/supervisors.hpp"

#include <atomic>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

namespace {

const auto at_once = RetryStrategy::constant(0s);

} // namespace

TEMPLATE_LIST_TEST_CASE("a handler that throws is tried again until its attempts are used",
                        "[outcomes]", SupervisorStores) {
  TestType over;
  std::atomic<int> runs{0};
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_worker(
    "bad",
    [&](std::string_view, JobContext& context) {
      ++runs;
      throw std::runtime_error("boom " + std::to_string(context.attempt()));
    },
    {.max_attempts = 3}, at_once);
  supervisor.start();
  const auto job = supervisor.enqueue("bad");
  REQUIRE(comes_to(supervisor, job.id, JobState::discarded));
  CHECK(runs == 3);
  const auto after = *supervisor.get(job.id);
  CHECK(after.attempt == 3);
  for (const auto* text : {"boom 1", "boom 2", "boom 3"})
    CHECK(after.errors.find(text) != std::string::npos);
  CHECK(after.completed_at);
  const auto stats = supervisor.stats();
  CHECK(stats.failed == 2);
  CHECK(stats.discarded == 1);
}

TEMPLATE_LIST_TEST_CASE("what is no std::exception fails the job too", "[outcomes]",
                        SupervisorStores) {
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_worker("odd", [](std::string_view, JobContext&) { throw 42; },
                             {.max_attempts = 1});
  supervisor.start();
  const auto job = supervisor.enqueue("odd");
  CHECK(comes_to(supervisor, job.id, JobState::discarded));
}

TEMPLATE_LIST_TEST_CASE("a failed job waits for its retry delay", "[outcomes]", SupervisorStores) {
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_worker(
    "bad", [](std::string_view, JobContext&) { throw std::runtime_error("no"); }, {},
    RetryStrategy::linear(60s));
  supervisor.start();
  const auto job = supervisor.enqueue("bad");
  REQUIRE(comes_to(supervisor, job.id, JobState::retryable));
  const auto after = *supervisor.get(job.id);
  CHECK(after.scheduled_at - *after.attempted_at >= 60s);
  CHECK(after.scheduled_at - *after.attempted_at <= 62s);
}

TEMPLATE_LIST_TEST_CASE("a handler can snooze, cancel, discard and record a result", "[outcomes]",
                        SupervisorStores) {
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_worker("w", [](std::string_view args, JobContext& context) {
    if (args == "snooze" && context.attempt() < 4)
      context.snooze(0s);
    else if (args == "cancel")
      context.cancel("not wanted");
    else if (args == "discard")
      context.discard("hopeless");
    else
      context.result("{\"attempt\":" + std::to_string(context.attempt()) + "}");
  });
  supervisor.start();
  const JobOpts once{.max_attempts = 1};
  const auto snoozed = supervisor.enqueue("w", "snooze", once);
  const auto cancelled = supervisor.enqueue("w", "cancel", once);
  const auto discarded = supervisor.enqueue("w", "discard");
  REQUIRE(comes_to(supervisor, snoozed.id, JobState::completed));
  REQUIRE(comes_to(supervisor, cancelled.id, JobState::cancelled));
  REQUIRE(comes_to(supervisor, discarded.id, JobState::discarded));
  const auto after = *supervisor.get(snoozed.id);
  CHECK(after.attempt == 4);
  CHECK(after.attempts_used() == 1);
  CHECK(after.result == R"({"attempt":4})");
  CHECK(supervisor.get(cancelled.id)->errors.find("not wanted") != std::string::npos);
  CHECK(supervisor.get(discarded.id)->errors.find("hopeless") != std::string::npos);
}

TEMPLATE_LIST_TEST_CASE("progress is written while the handler runs", "[outcomes]",
                        SupervisorStores) {
  TestType over;
  Door door;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_worker("w", [&](std::string_view, JobContext& context) {
    context.progress(40, "half way, nearly");
    door.wait();
    context.progress(99, "done");
  });
  supervisor.start();
  const auto job = supervisor.enqueue("w");
  CHECK(eventually([&] { return supervisor.get(job.id)->progress == 40; }));
  CHECK(supervisor.get(job.id)->progress_note == "half way, nearly");
  door.open();
  REQUIRE(comes_to(supervisor, job.id, JobState::completed));
  CHECK(supervisor.get(job.id)->progress == 99);
}

TEMPLATE_LIST_TEST_CASE("a worker's completed jobs are deleted where it says so, others are kept",
                        "[outcomes]", SupervisorStores) {
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  for (const bool erase : {false, true})
    supervisor.register_worker({.name = erase ? "erased" : "kept",
                                .handler =
                                  [](std::string_view args, JobContext& context) {
                                    if (args == "discard")
                                      context.discard("hopeless");
                                  },
                                .delete_completed = erase});
  supervisor.start();
  const auto erased = supervisor.enqueue("erased").id;
  const auto kept = supervisor.enqueue("kept").id;
  const auto discarded = supervisor.enqueue("erased", "discard").id;
  CHECK(comes_to(supervisor, kept, JobState::completed));
  CHECK(comes_to(supervisor, discarded, JobState::discarded));
  CHECK(eventually([&] { return supervisor.stats().completed == 2; }));
  CHECK_FALSE(supervisor.get(erased));
}

TEMPLATE_LIST_TEST_CASE("a handler out of time fails at once and keeps its slot until it returns",
                        "[outcomes]", SupervisorStores) {
  TestType over;
  Door door;
  std::atomic<StopReason> reason{StopReason::none};
  typename TestType::Supervisor supervisor{over.store_config(), quick(1)};
  supervisor.register_worker(
    "deaf",
    [&](std::string_view, JobContext& context) {
      if (context.attempt() > 1)
        return;
      door.wait();
      reason = context.stop_reason();
    },
    {}, at_once);
  supervisor.register_worker("next", [](std::string_view, JobContext&) {});
  supervisor.start();
  const auto job = supervisor.enqueue("deaf", "", {.timeout = 1s});
  REQUIRE(door.has_waiting(1)); // before its start it is available too
  const auto next = supervisor.enqueue("next");
  // Failed and due again, while the first execution still occupies the slot.
  REQUIRE(eventually([&] {
    const auto now = *supervisor.get(job.id);
    return now.state == JobState::available || now.state == JobState::retryable;
  }));
  CHECK(supervisor.get(job.id)->errors.find("timed out after 1 s") != std::string::npos);
  CHECK(state_of(supervisor, next.id) == JobState::available);
  door.open();
  REQUIRE(comes_to(supervisor, next.id, JobState::completed));
  REQUIRE(comes_to(supervisor, job.id, JobState::completed));
  CHECK(reason == StopReason::timeout);
  CHECK(supervisor.get(job.id)->attempt == 2);
  CHECK(supervisor.stats().outcomes_refused == 1);
}

TEMPLATE_LIST_TEST_CASE("cancelling a running job stops its handler and refuses its outcome",
                        "[outcomes]", SupervisorStores) {
  TestType over;
  Recorder seen;
  std::atomic<bool> running{false};
  std::atomic<StopReason> reason{StopReason::none};
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.attach_telemetry(seen.handler());
  supervisor.register_worker("w", [&](std::string_view, JobContext& context) {
    const auto stop = context.stop_token();
    running = true;
    if (!eventually([&] { return stop.stop_requested(); }))
      return;
    reason = context.stop_reason();
  });
  supervisor.start();
  const auto job = supervisor.enqueue("w");
  REQUIRE(eventually([&] { return running.load(); }));
  supervisor.cancel(job.id);
  CHECK(state_of(supervisor, job.id) == JobState::cancelled);
  REQUIRE(eventually([&] { return supervisor.stats().outcomes_refused == 1; }));
  CHECK(reason == StopReason::cancelled);
  CHECK(state_of(supervisor, job.id) == JobState::cancelled);
  const auto refused = seen.first(EventType::outcome_refused);
  CHECK(refused.queue == "default");
  CHECK(refused.result.job.id == job.id);
  CHECK(refused.result.job.attempt == 1);
  CHECK(seen.first(EventType::job_cancelled).result.job.id == job.id);
  CHECK(supervisor.stop());
  CHECK(seen.count(EventType::outcome_refused) == 1);
  CHECK(seen.count(EventType::job_completed) == 0);
}

TEMPLATE_LIST_TEST_CASE("a job cancelled while it waits for a worker never starts", "[outcomes]",
                        SupervisorStores) {
  TestType over;
  Door door;
  std::atomic<bool> ran{false};
  typename TestType::Supervisor supervisor{over.store_config(), quick(1)};
  supervisor.register_worker("slow", [&](std::string_view, JobContext&) { door.wait(); });
  supervisor.register_worker("w", [&](std::string_view, JobContext&) { ran = true; });
  supervisor.start();
  const auto slow = supervisor.enqueue("slow");
  REQUIRE(door.has_waiting(1));
  const auto waiting = supervisor.enqueue("w");
  supervisor.cancel(waiting.id);
  door.open();
  REQUIRE(comes_to(supervisor, slow.id, JobState::completed));
  CHECK(state_of(supervisor, waiting.id) == JobState::cancelled);
  CHECK_FALSE(ran);
  CHECK_THROWS_WITH(supervisor.cancel(waiting.id), has("it is cancelled"));
  CHECK_THROWS_WITH(supervisor.cancel(999), has("job 999: not found"));
}

TEMPLATE_LIST_TEST_CASE("cancel_existing stops the running job of the key", "[outcomes]",
                        SupervisorStores) {
  TestType over;
  std::atomic<int> stopped{0};
  std::atomic<int> started{0};
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_worker("report", [&](std::string_view args, JobContext& context) {
    ++started;
    if (args == "old" && eventually([&] { return context.stop_requested(); }))
      ++stopped;
  });
  supervisor.start();
  const auto old_job = supervisor.enqueue("report", "old", {.unique_key = "report"});
  REQUIRE(eventually([&] { return started == 1; }));
  const auto again = supervisor.enqueue("report", "x", {.unique_key = "report"});
  CHECK(again.conflict);
  CHECK(again.id == old_job.id);
  const auto new_job = supervisor.enqueue(
    "report", "new", {.unique_key = "report", .unique_strategy = UniqueStrategy::cancel_existing});
  CHECK_FALSE(new_job.conflict);
  REQUIRE(comes_to(supervisor, new_job.id, JobState::completed));
  REQUIRE(eventually([&] { return supervisor.stats().outcomes_refused == 1; }));
  CHECK(stopped == 1);
  CHECK(state_of(supervisor, old_job.id) == JobState::cancelled);
}

TEMPLATE_LIST_TEST_CASE("a final job can be retried by hand with renewed attempts, or removed",
                        "[outcomes]", SupervisorStores) {
  TestType over;
  std::atomic<bool> works{false};
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_worker(
    "w",
    [&](std::string_view, JobContext&) {
      if (!works)
        throw std::runtime_error("not yet");
    },
    {.max_attempts = 2}, at_once);
  supervisor.start();
  const auto job = supervisor.enqueue("w");
  REQUIRE(comes_to(supervisor, job.id, JobState::discarded));
  supervisor.retry(job.id);
  REQUIRE(eventually([&] {
    const auto now = *supervisor.get(job.id);
    return now.attempt == 4 && now.state == JobState::discarded;
  }));
  works = true;
  supervisor.retry(job.id);
  REQUIRE(comes_to(supervisor, job.id, JobState::completed));
  supervisor.remove(job.id);
  CHECK_FALSE(supervisor.get(job.id));
  CHECK_THROWS_WITH(supervisor.retry(job.id), has("not found"));
}
