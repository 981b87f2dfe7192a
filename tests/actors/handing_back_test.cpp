// Jobs that are claimed ahead of their start, and go back unstarted.
#include "support/catch.hpp"
#include "support/supervisors.hpp"

#include <atomic>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

namespace {

/// A queue that is fast, so that jobs are claimed ahead of their start, until one
/// of its jobs finds that they are, and waits at a door with the others behind it.
template <class Over>
class Congested {
public:
  Congested() {
    supervisor.register_worker("w",
                               [this](std::string_view, JobContext&) {
                                 if (++runs % 250 == 0 && claimed_ahead() > 20)
                                   door.wait();
                               },
                               {.max_attempts = 2});
    for (int i = 0; i < 20; ++i)
      enqueue();
    supervisor.start();
    REQUIRE(door.has_waiting(1));
    for (int i = 0; i < 2; ++i)
      enqueue();
  }

  /// At least so many; asked by the only handler.
  [[nodiscard]] std::int64_t claimed_ahead() {
    const auto recorded = static_cast<std::int64_t>(supervisor.stats().completed);
    return count(JobState::executing) - (runs - recorded);
  }
  void enqueue() {
    supervisor.enqueue_many(std::vector<JobRequest>(1'000, {"w", "", {}}));
    enqueued += 1'000;
  }
  [[nodiscard]] std::int64_t count(JobState state) {
    return supervisor.count_by_state("default", state);
  }
  [[nodiscard]] bool has_released() {
    return eventually([this] { return supervisor.stats().released > 0; });
  }
  /// All that are available, of which none has ever started.
  void check_unstarted() {
    const auto jobs = supervisor.list({.state = JobState::available}, {.limit = 10'000});
    REQUIRE(jobs.size() >= 1'000);
    std::size_t handed_back = 0;
    std::size_t costly = 0;
    for (const auto& job : jobs) {
      handed_back += job.attempt > 0 ? 1 : 0;
      costly += job.attempts_used() != 0 || !job.errors.empty() ? 1 : 0;
    }
    CHECK(handed_back > 0);
    CHECK(costly == 0);
  }

  Over over{};
  Door door{};
  std::atomic<int> runs{0};
  std::int64_t enqueued = 0;
  typename Over::Supervisor supervisor{over.store_config(), quick(1)};
};

} // namespace

TEMPLATE_LIST_TEST_CASE("a pause hands back what is claimed and not started, at no attempt's cost",
                        "[handing_back]", SupervisorStores) {
  Congested<TestType> queue;
  queue.supervisor.pause_queue("default");
  REQUIRE(queue.has_released());
  // Nothing is held but what runs.
  REQUIRE(eventually([&] { return queue.count(JobState::executing) == 1; }));
  queue.check_unstarted();
  queue.door.open();
  queue.supervisor.resume_queue("default");
  REQUIRE(eventually([&] { return queue.count(JobState::completed) == queue.enqueued; }, 60s));
  CHECK(queue.runs == queue.enqueued);
}

TEMPLATE_LIST_TEST_CASE("a stop hands back what is claimed and not started, at no attempt's cost",
                        "[handing_back]", SupervisorStores) {
  Congested<TestType> queue;
  std::thread stopper([&] { CHECK(queue.supervisor.stop()); });
  CHECK(queue.has_released());
  queue.door.open();
  stopper.join();
  CHECK(queue.count(JobState::executing) == 0);
  queue.check_unstarted();
  CHECK(queue.count(JobState::completed) == queue.runs);
  CHECK(queue.count(JobState::available) == queue.enqueued - queue.runs);
}
