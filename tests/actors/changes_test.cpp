// Changes of many jobs by hand.
#include "support/catch.hpp"
#include "support/supervisors.hpp"

#include <zzz_jobs/actors/supervisor.hpp>

#include <atomic>
#include <condition_variable>
#include <map>
#include <numeric>

using namespace zzz_jobs;
using namespace zzz_jobs::support;

namespace {

/// Says how many jobs it was to change each time; may stop after some.
class Counting : public MemoryStore {
public:
  using MemoryStore::MemoryStore;

  std::vector<Change> change_all(ChangeKind kind, std::vector<std::int64_t> ids) {
    asked.push_back(ids.size());
    ids.resize(std::min(ids.size(), done_at_once));
    return MemoryStore::change_all(kind, ids);
  }

  std::vector<std::size_t> asked{};
  std::size_t done_at_once = 1'000'000;
};

std::vector<std::int64_t> enqueue(AnySupervisor& supervisor, std::size_t count,
                                  const JobOpts& opts = {}) {
  std::vector<std::int64_t> ids;
  for (const auto& one : supervisor.enqueue_many(std::vector<JobRequest>(count, {"w", "", opts})))
    ids.push_back(one.id);
  return ids;
}

} // namespace

TEST_CASE("many jobs are changed in turns that others get theirs between", "[changes]") {
  Supervisor<Counting> supervisor{{}, quick()};
  const auto ids = enqueue(supervisor, 2'500);
  const auto changes = supervisor.change_all(ChangeKind::remove, ids);
  CHECK(supervisor.store().asked == std::vector<std::size_t>{1'000, 1'000, 500});
  REQUIRE(changes.size() == ids.size());
  for (const auto& change : changes)
    REQUIRE(change.result == ChangeResult::changed);
  CHECK(supervisor.counts().empty());
  CHECK(supervisor.change_all(ChangeKind::remove, {}).empty());
}

TEST_CASE("a store that changes some of many is asked for the rest", "[changes]") {
  Supervisor<Counting> supervisor{{}, quick()};
  supervisor.store().done_at_once = 7;
  const auto ids = enqueue(supervisor, 20);
  supervisor.remove(ids[8]);
  supervisor.store().asked.clear();
  const auto changes = supervisor.change_all(ChangeKind::cancel, ids);
  CHECK(supervisor.store().asked == std::vector<std::size_t>{20, 13, 6});
  REQUIRE(changes.size() == ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    CHECK(changes[i].result == (i == 8 ? ChangeResult::not_found : ChangeResult::changed));
  CHECK(supervisor.stats().cancelled == 19);
  // One that does nothing would be asked for ever.
  supervisor.store().done_at_once = 0;
  CHECK_THROWS_AS(supervisor.change_all(ChangeKind::remove, ids), Error);
}

TEMPLATE_LIST_TEST_CASE("a cancellation of many reaches handlers, nodes and telemetry", "[changes]",
                        SupervisorStores) {
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), quick(3)};
  std::mutex mutex;
  std::map<std::int64_t, Job> told;
  supervisor.attach_telemetry([&](const Event& event) {
    if (event.type != EventType::job_cancelled)
      return;
    const std::lock_guard lock(mutex);
    told[event.result.job.id] = event.result.job;
  });
  std::atomic<int> started{0};
  std::atomic<int> stopped{0};
  supervisor.register_worker("w", [&](std::string_view, JobContext& context) {
    ++started;
    std::mutex waiting;
    std::unique_lock lock(waiting);
    std::condition_variable_any().wait(lock, context.stop_token(), [] { return false; });
    stopped += context.stop_reason() == StopReason::cancelled ? 1 : 0;
  });
  supervisor.start();
  auto ids = enqueue(supervisor, 3);
  REQUIRE(eventually([&] { return started == 3; }));
  const auto scheduled = enqueue(supervisor, 5, {.delay = std::chrono::seconds{600}});
  ids.insert(ids.end(), scheduled.begin(), scheduled.end());
  std::atomic<int> notices{0};
  supervisor.on_notice(
    [&](const Notice& notice) { notices += notice.kind == Notice::Kind::cancelled ? 1 : 0; });
  const auto changes = supervisor.change_all(ChangeKind::cancel, ids);
  supervisor.on_notice({});
  REQUIRE(changes.size() == 8);
  CHECK(notices == 3);
  CHECK(eventually([&] { return stopped == 3; }));
  CHECK(eventually([&] {
    const std::lock_guard lock(mutex);
    return told.size() == 8;
  }));
  const std::lock_guard lock(mutex);
  for (const auto id : ids) {
    CHECK(told[id].state == JobState::cancelled);
    CHECK(told[id].worker == "w");
    CHECK(state_of(supervisor, id) == JobState::cancelled);
  }
}

TEST_CASE("jobs that are retried together are found by their queue, and told once", "[changes]") {
  MemorySupervisor supervisor{{}, quick()};
  std::atomic<int> ran{0};
  supervisor.register_worker("w", [&](std::string_view, JobContext&) { ++ran; });
  const auto ids = enqueue(supervisor, 40);
  supervisor.change_all(ChangeKind::cancel, ids);
  supervisor.start();
  std::vector<std::string> queues;
  supervisor.on_notice([&](const Notice& notice) { queues.push_back(notice.queue); });
  supervisor.change_all(ChangeKind::retry, ids);
  supervisor.on_notice({});
  CHECK(queues == std::vector<std::string>{"default"});
  CHECK(eventually([&] { return ran == 40; }));
}
