// Queues that come and go while a supervisor runs.
#include "support/catch.hpp"
#include "support/supervisors.hpp"

#include <atomic>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> names_of(const std::vector<QueueStatus>& queues) {
  std::vector<std::string> names;
  for (const auto& queue : queues)
    names.push_back(queue.name + (queue.leaving ? " leaving" : ""));
  return names;
}

using Names = std::vector<std::string>;

} // namespace

TEMPLATE_LIST_TEST_CASE("a queue can be added while others are worked", "[queues]",
                        SupervisorStores) {
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  std::atomic<int> ran{0};
  supervisor.register_worker("w", [&](std::string_view, JobContext&) { ++ran; });
  SECTION("before the start") {
    supervisor.run_queue({.name = "mail", .concurrency = 3});
    supervisor.start();
  }
  SECTION("after it") {
    supervisor.start();
    const auto waiting = supervisor.enqueue("w", "", {.queue = "mail"});
    CHECK(comes_to(supervisor, supervisor.enqueue("w").id, JobState::completed));
    CHECK(state_of(supervisor, waiting.id) == JobState::available);
    supervisor.run_queue({.name = "mail", .concurrency = 3});
    CHECK(comes_to(supervisor, waiting.id, JobState::completed));
  }
  CHECK(names_of(supervisor.queues()) == Names{"default", "mail"});
  CHECK(supervisor.queues()[1].concurrency == 3);
  const auto id = supervisor.enqueue("w", "", {.queue = "mail"}).id;
  CHECK(comes_to(supervisor, id, JobState::completed));
  CHECK(supervisor.stop());
}

TEMPLATE_LIST_TEST_CASE("a dropped queue ends its running jobs and claims no more", "[queues]",
                        SupervisorStores) {
  TestType over;
  auto config = quick(1);
  config.queues.push_back({.name = "mail", .concurrency = 1});
  typename TestType::Supervisor supervisor{over.store_config(), std::move(config)};
  Door door;
  supervisor.register_worker("w", [&](std::string_view, JobContext&) { door.wait(); });
  supervisor.register_worker("quick", [](std::string_view, JobContext&) {});
  supervisor.start();
  const auto running = supervisor.enqueue("w", "", {.queue = "mail"}).id;
  REQUIRE(door.has_waiting(1));
  const auto waiting = supervisor.enqueue("quick", "", {.queue = "mail"}).id;
  supervisor.drop_queue("mail");
  CHECK(names_of(supervisor.queues()) == Names{"default", "mail leaving"});
  // Until its last handler has ended there can be no other one of the name.
  CHECK_THROWS_AS(supervisor.run_queue({.name = "mail"}), Error);
  CHECK(comes_to(supervisor, supervisor.enqueue("quick").id, JobState::completed));
  SECTION("and can come back") {
    door.open();
    CHECK(comes_to(supervisor, running, JobState::completed));
    REQUIRE(eventually([&] { return names_of(supervisor.queues()) == Names{"default"}; }));
    CHECK(state_of(supervisor, waiting) == JobState::available);
    supervisor.run_queue({.name = "mail", .concurrency = 2});
    CHECK(comes_to(supervisor, waiting, JobState::completed));
    CHECK(supervisor.stop());
  }
  SECTION("also where the supervisor is stopped meanwhile") {
    supervisor.hurry_stop();
    door.open();
    (void)supervisor.stop();
    CHECK(state_of(supervisor, waiting) == JobState::available);
  }
}

TEST_CASE("a queue that was dropped does not hold up a stop", "[queues]") {
  auto config = quick();
  config.shutdown_timeout = 10min;
  config.queues.push_back({.name = "mail"});
  MemorySupervisor supervisor{{}, std::move(config)};
  supervisor.start();
  supervisor.drop_queue("mail"); // its actor may or may not have heard of it
  CHECK(supervisor.stop());
}

TEST_CASE("what a queue may not be is refused", "[queues]") {
  MemorySupervisor supervisor{{}, quick()};
  supervisor.start();
  const auto code = [](const auto& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.code();
    }
    return errc{};
  };
  CHECK(code([&] { supervisor.run_queue({.name = "x", .concurrency = 0}); })
        == errc::invalid_argument);
  CHECK(code([&] { supervisor.run_queue({.name = ""}); }) == errc::invalid_argument);
  CHECK(code([&] { supervisor.run_queue({.name = "default"}); }) == errc::not_allowed);
  CHECK(code([&] { supervisor.drop_queue("x"); }) == errc::invalid_argument);
  CHECK(code([&] { supervisor.set_poll_interval("x", 1s); }) == errc::invalid_argument);
  CHECK(code([&] { supervisor.set_poll_interval("default", 1ms); }) == errc::invalid_argument);
  supervisor.stop();
  CHECK(code([&] { supervisor.run_queue({.name = "x"}); }) == errc::not_allowed);
}

TEST_CASE("a poll interval holds at once, however long the one before was", "[queues]") {
  auto config = quick();
  config.poll_interval = 1h;
  MemorySupervisor supervisor{{}, std::move(config)};
  std::atomic<int> ran{0};
  supervisor.register_worker("w", [&](std::string_view, JobContext&) { ++ran; });
  supervisor.start();
  supervisor.enqueue("w");
  REQUIRE(eventually([&] { return ran == 1; }));
  (void)supervisor.store().enqueue("w", "{}", {}); // nobody announces it
  supervisor.set_poll_interval("default", 10ms);
  CHECK(eventually([&] { return ran == 2; }));
}

TEST_CASE("a worker that is removed leaves its jobs alone", "[queues]") {
  MemorySupervisor supervisor{{}, quick()};
  std::atomic<int> ran{0};
  supervisor.register_worker("w", [&](std::string_view, JobContext&) { ++ran; });
  supervisor.register_worker("other", [](std::string_view, JobContext&) {});
  supervisor.start();
  CHECK(supervisor.remove_worker("w"));
  CHECK_FALSE(supervisor.remove_worker("w"));
  CHECK(supervisor.worker_names() == Names{"other"});
  const auto left = supervisor.enqueue("w").id;
  CHECK(comes_to(supervisor, supervisor.enqueue("other").id, JobState::completed));
  CHECK(state_of(supervisor, left) == JobState::available);
  CHECK(ran == 0);
}
