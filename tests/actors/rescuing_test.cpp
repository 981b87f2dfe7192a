// Executions that nobody ends any more, as a supervisor finds them by itself.
#include "conformance/virtual_clock.hpp"
#include "support/catch.hpp"
#include "support/supervisors.hpp"

#include <atomic>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

namespace {

/// Looks for lost executions all the time, and for jobs hardly ever.
SupervisorConfig rescuing() {
  auto config = quick();
  config.rescue_after = 1s;
  config.rescue_interval = 10ms;
  config.poll_interval = 1h;
  config.queues.push_back({.name = "other"});
  return config;
}

} // namespace

TEMPLATE_LIST_TEST_CASE("an execution that nobody answers for is rescued by its age and runs again",
                        "[rescuing]", SupervisorStores) {
  TestType over;
  Log log;
  const auto clock = std::make_shared<conformance::VirtualClock>();
  over.clock = clock;
  auto config = rescuing();
  config.log = log.sink();
  typename TestType::Supervisor supervisor{over.store_config(), config};
  std::atomic<int> attempt{0};
  supervisor.register_worker(
    "w", [&](std::string_view, JobContext& context) { attempt = context.attempt(); });
  // Another program claims it, as the published library does, and is never heard of again.
  const auto job = supervisor.enqueue("w", "", {.queue = "other"});
  const auto claimed = supervisor.store().claim("other");
  REQUIRE(claimed);
  REQUIRE(claimed->id == job.id);
  supervisor.start();
  // Queues look once they are there: from then on somebody must tell them.
  REQUIRE(
    comes_to(supervisor, supervisor.enqueue("w", "", {.queue = "other"}).id, JobState::completed));
  CHECK(state_of(supervisor, job.id) == JobState::executing);
  clock->advance(2s);
  REQUIRE(comes_to(supervisor, job.id, JobState::completed));
  CHECK(attempt == 2);
  CHECK(supervisor.get(job.id)->errors.find("lost: ") != std::string::npos);
  CHECK(supervisor.stats().rescued == 1);
  CHECK(log.has("by_age=1"));
}

TEMPLATE_LIST_TEST_CASE("a handler that runs for longer than rescue_after runs once", "[rescuing]",
                        SupervisorStores) {
  TestType over;
  const auto clock = std::make_shared<conformance::VirtualClock>();
  over.clock = clock;
  Door door;
  std::atomic<int> runs{0};
  typename TestType::Supervisor supervisor{over.store_config(), rescuing()};
  supervisor.register_worker("slow", [&](std::string_view, JobContext&) {
    ++runs;
    door.wait();
  });
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  const auto lost = supervisor.enqueue("w", "", {.queue = "other"});
  REQUIRE(supervisor.store().claim("other"));
  supervisor.start();
  const auto slow = supervisor.enqueue("slow");
  REQUIRE(door.has_waiting(1));
  clock->advance(24h);
  // Where the one is found, the other was seen too.
  REQUIRE(comes_to(supervisor, lost.id, JobState::completed));
  CHECK(supervisor.rescue_stuck(0s) == 0);
  CHECK(state_of(supervisor, slow.id) == JobState::executing);
  door.open();
  REQUIRE(comes_to(supervisor, slow.id, JobState::completed));
  CHECK(runs == 1);
  CHECK(supervisor.get(slow.id)->attempt == 1);
  CHECK(supervisor.get(slow.id)->errors.empty());
  CHECK(supervisor.stats().rescued == 1);
  CHECK(supervisor.stats().outcomes_refused == 0);
}

TEMPLATE_LIST_TEST_CASE("a last attempt that is lost ends discarded", "[rescuing]",
                        SupervisorStores) {
  TestType over;
  const auto clock = std::make_shared<conformance::VirtualClock>();
  over.clock = clock;
  typename TestType::Supervisor supervisor{over.store_config(), rescuing()};
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  const auto job = supervisor.enqueue("w", "", {.max_attempts = 1});
  REQUIRE(supervisor.store().claim("default"));
  supervisor.start();
  clock->advance(2s);
  REQUIRE(comes_to(supervisor, job.id, JobState::discarded));
  CHECK(supervisor.get(job.id)->attempt == 1);
}

TEMPLATE_LIST_TEST_CASE("rescue_stuck returns what is old enough, and its queue goes on with it",
                        "[rescuing]", SupervisorStores) {
  TestType over;
  const auto clock = std::make_shared<conformance::VirtualClock>();
  over.clock = clock;
  auto config = rescuing();
  config.rescue_after = 24h;
  config.rescue_interval = 24h; // not by itself
  typename TestType::Supervisor supervisor{over.store_config(), config};
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  const auto older = supervisor.enqueue("w");
  REQUIRE(supervisor.store().claim("default"));
  clock->advance(30s);
  const auto newer = supervisor.enqueue("w");
  REQUIRE(supervisor.store().claim("default"));
  clock->advance(31s);
  supervisor.start();
  REQUIRE(comes_to(supervisor, supervisor.enqueue("w").id, JobState::completed));
  CHECK(supervisor.rescue_stuck(61s) == 0);
  CHECK(supervisor.rescue_stuck(60s) == 1);
  CHECK(comes_to(supervisor, older.id, JobState::completed));
  CHECK(state_of(supervisor, newer.id) == JobState::executing);
  CHECK(supervisor.stats().rescued == 1);
}

TEMPLATE_LIST_TEST_CASE("delete_completed deletes the completed jobs that ended before",
                        "[rescuing]", SupervisorStores) {
  TestType over;
  const auto clock = std::make_shared<conformance::VirtualClock>();
  over.clock = clock;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_worker("w", [](std::string_view args, JobContext& context) {
    if (args == "discard")
      context.discard("hopeless");
  });
  supervisor.start();
  const auto older = supervisor.enqueue("w").id;
  const auto discarded = supervisor.enqueue("w", "discard").id;
  REQUIRE(comes_to(supervisor, older, JobState::completed));
  REQUIRE(comes_to(supervisor, discarded, JobState::discarded));
  clock->advance(10s);
  const auto newer = supervisor.enqueue("w").id;
  REQUIRE(comes_to(supervisor, newer, JobState::completed));
  CHECK(supervisor.delete_completed(clock->now() - 10s) == 0);
  CHECK(supervisor.delete_completed(clock->now()) == 1);
  CHECK_FALSE(supervisor.get(older));
  CHECK(state_of(supervisor, newer) == JobState::completed);
  CHECK(state_of(supervisor, discarded) == JobState::discarded);
}
