// What supervisors tell each other about one store.
#include "support/catch.hpp"
#include "support/supervisors.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

using namespace zzz_jobs;
using namespace zzz_jobs::support;

namespace {

/// Everything that a supervisor told, as "KIND QUEUE JOB".
class Heard {
public:
  explicit Heard(AnySupervisor& supervisor) : supervisor_(supervisor) {
    supervisor_.on_notice([this](const Notice& notice) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(std::to_string(static_cast<int>(notice.kind)) + " " + notice.queue + " "
                       + std::to_string(notice.claim.job_id));
    });
  }
  ~Heard() { supervisor_.on_notice({}); }
  Heard(const Heard&) = delete;
  Heard& operator=(const Heard&) = delete;
  [[nodiscard]] std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lines_, {});
  }

private:
  AnySupervisor& supervisor_;
  std::mutex mutex_{};
  std::vector<std::string> lines_{};
};

} // namespace

TEST_CASE("a supervisor tells what other nodes should hear of, once a queue and turn", "[notice]") {
  MemorySupervisor supervisor{{}, quick()};
  Heard heard{supervisor};
  supervisor.enqueue_many(
    {{"w", "", {.queue = "a"}}, {"w", "", {.queue = "b"}}, {"w", "", {.queue = "a"}}});
  CHECK(heard.take() == std::vector<std::string>{"0 a 0", "0 b 0"});
  supervisor.pause_queue("a");
  supervisor.resume_queue("a");
  CHECK(heard.take() == std::vector<std::string>{"2 a 0", "3 a 0"});
}

TEST_CASE("a cancelled execution is told with its claim, and stops where it is heard", "[notice]") {
  MemorySupervisor supervisor{{}, quick(1)};
  std::atomic<int> started{0};
  std::atomic<int> stopped{0};
  supervisor.register_worker("w", [&](std::string_view, JobContext& context) {
    ++started;
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait(lock, context.stop_token(), [] { return false; });
    stopped += context.stop_reason() == StopReason::cancelled ? 1 : 0;
  });
  supervisor.start();
  const auto first = supervisor.enqueue("w");
  REQUIRE(eventually([&] { return started == 1; }));
  Heard heard{supervisor};
  supervisor.cancel(first.id);
  CHECK(heard.take() == std::vector<std::string>{"1  " + std::to_string(first.id)});
  CHECK(eventually([&] { return stopped == 1; }));
  // The same from another node.
  const auto second = supervisor.enqueue("w");
  REQUIRE(eventually([&] { return started == 2; }));
  (void)heard.take();
  supervisor.notice({.kind = Notice::Kind::cancelled, .claim = {second.id, 1}});
  CHECK(eventually([&] { return stopped == 2; }));
  CHECK(heard.take().empty());
}

TEST_CASE("what a queue runs and may run can be seen", "[notice]") {
  auto config = quick(3);
  config.queues.push_back({.name = "second", .concurrency = 2});
  MemorySupervisor supervisor{{}, std::move(config)};
  Door door;
  supervisor.register_worker("w", [&](std::string_view, JobContext&) { door.wait(); });
  supervisor.register_worker("v", [](std::string_view, JobContext&) {});
  CHECK(supervisor.worker_names() == std::vector<std::string>{"v", "w"});
  supervisor.start();
  for (int i = 0; i < 2; ++i)
    supervisor.enqueue("w");
  REQUIRE(door.has_waiting(2));
  auto queues = supervisor.queues();
  REQUIRE(queues.size() == 2);
  CHECK(queues[0].name == "default");
  CHECK(queues[0].concurrency == 3);
  CHECK(queues[0].running == 2);
  CHECK(queues[1].name == "second");
  CHECK(queues[1].running == 0);
  supervisor.set_concurrency("second", 7);
  CHECK(supervisor.queues()[1].concurrency == 7);
  door.open();
  CHECK(eventually([&] { return supervisor.queues()[0].running == 0; }));
}
