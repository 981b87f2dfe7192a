#include "support/catch.hpp"

#include <zzz_jobs/conformance/virtual_clock.hpp>
#include <zzz_jobs/stores/memory_store.hpp>

#include <algorithm>
#include <utility>

// What only a MemoryStore has; its common behaviour is in the conformance suite.

namespace zzz_jobs {
namespace {

using namespace std::chrono_literals;

MemoryStore store_of(std::size_t capacity) {
  return MemoryStore{{.capacity = capacity}};
}

errc enqueue_code(MemoryStore& store, const JobOpts& opts = {}) {
  try {
    (void)store.enqueue("mailer", "{}", opts);
  } catch (const Error& error) {
    CHECK(std::string{error.what()}.find("capacity of ") != std::string::npos);
    return error.code();
  }
  return errc{};
}

static_assert(BatchStore<MemoryStore>);

TEST_CASE("a MemoryStore keeps 4,096 jobs unless told otherwise", "[memory]") {
  MemoryStore store;
  for (int i = 0; i < 4096; ++i)
    REQUIRE(enqueue_code(store) == errc{});
  CHECK(enqueue_code(store) == errc::store_full);
  CHECK(store.count_by_state("default", JobState::available) == 4096);
}

TEST_CASE("a full MemoryStore has room again when a final job is deleted", "[memory]") {
  auto store = store_of(2);
  const auto first = store.enqueue("mailer", "{}").id;
  (void)store.enqueue("mailer", "{}");
  CHECK(enqueue_code(store) == errc::store_full);
  REQUIRE(store.claim("default"));
  store.complete(first);
  CHECK(enqueue_code(store) == errc::store_full);
  CHECK(store.delete_completed(store.now() + 1s) == 1);
  CHECK(enqueue_code(store) == errc{});
}

TEST_CASE("in a batch only the rows beyond the capacity are refused", "[memory]") {
  auto store = store_of(2);
  Batch batch;
  for (int i = 0; i < 4; ++i)
    batch.enqueues.push_back(make_new_job("mailer", std::to_string(i), {}));
  batch.claims.push_back({"default", 10, 0});
  const auto result = store.apply(batch);
  REQUIRE(result.enqueued.size() == 4);
  CHECK(result.enqueued[0].failed == errc{});
  CHECK(result.enqueued[1].failed == errc{});
  for (const auto index : {std::size_t{2}, std::size_t{3}}) {
    CHECK(result.enqueued[index].failed == errc::store_full);
    CHECK(result.enqueued[index].error.find("2 jobs") != std::string::npos);
    CHECK(batch.enqueues[index].args == std::to_string(index)); // still the caller's
  }
  CHECK(result.claimed.at(0).size() == 2);
}

TEST_CASE("a full MemoryStore answers a conflict and cancels nothing", "[memory]") {
  auto store = store_of(1);
  const auto live = store.enqueue("mailer", "{}", {.unique_key = "k"}).id;
  CHECK(store.enqueue("mailer", "{}", {.unique_key = "k"}).id == live);
  CHECK(enqueue_code(store, {.unique_key = "k", .unique_strategy = UniqueStrategy::cancel_existing})
        == errc::store_full);
  CHECK(store.get(live)->state == JobState::available);
}

TEST_CASE("a cron tick that a full MemoryStore refused may fire later", "[memory]") {
  auto store = store_of(1);
  const auto live = store.enqueue("mailer", "{}").id;
  const auto fire = [&] {
    Batch batch;
    batch.enqueues.push_back(make_new_job("mailer", "{}", {}));
    batch.enqueues[0].tick = CronTick{"nightly", store.now()};
    return store.apply(batch).enqueued.at(0);
  };
  CHECK(fire().failed == errc::store_full);
  CHECK_FALSE(store.last_tick("nightly"));
  REQUIRE(store.remove(live).result == ChangeResult::changed);
  CHECK(fire().id > 0);
}

TEST_CASE("a MemoryStore moves with its jobs", "[memory]") {
  MemoryStore store;
  const auto id = store.enqueue("mailer", "{}").id;
  const auto node = store.node_id();
  MemoryStore other{std::move(store)};
  CHECK(other.get(id));
  CHECK(other.node_id() == node);
  store = std::move(other);
  CHECK(store.claim("default")->id == id);
}

TEST_CASE("each MemoryStore is an owner of its own", "[memory]") {
  MemoryStore a;
  MemoryStore b;
  CHECK(a.node_id() != b.node_id());
  CHECK(a.node_id() > 0);
}

TEST_CASE("queues and workers without jobs leave nothing behind", "[memory]") {
  MemoryStore store;
  for (int i = 0; i < 1000; ++i) {
    const auto queue = "queue_" + std::to_string(i);
    const auto id = store.enqueue("worker_" + std::to_string(i), "{}", {.queue = queue}).id;
    store.pause(queue);
    store.resume_queue(queue);
    REQUIRE(store.remove(id).result == ChangeResult::changed);
  }
  CHECK(store.counts().empty());
  CHECK(store.settings().empty());
  const auto id = store.enqueue("worker_0", "{}", {.queue = "queue_0"}).id;
  CHECK(store.claim("queue_0")->id == id);
}

TEST_CASE("jobs that end while the clock goes back are pruned by their times", "[memory]") {
  auto clock = std::make_shared<conformance::VirtualClock>();
  MemoryStore store{{.clock = clock}};
  std::vector<std::int64_t> ended;
  for (int i = 0; i < 3; ++i) {
    ended.push_back(store.enqueue("mailer", "{}").id);
    store.complete(store.claim("default")->id);
    clock->advance(-100s);
  }
  CHECK(store.delete_completed(*store.get(ended[0])->completed_at) == 2);
  CHECK(store.get(ended[0]));
}

TEST_CASE("a backlog of unknown workers is not walked through by claims", "[memory]") {
  MemoryStore store{{.capacity = 300'000}};
  Batch batch;
  for (int i = 0; i < 250'000; ++i)
    batch.enqueues.push_back({.worker = "strange"});
  for (int i = 0; i < 1000; ++i)
    batch.enqueues.push_back({.worker = "mailer", .priority = 1});
  const auto enqueued = store.apply(batch).enqueued;
  Batch claims;
  claims.claims.push_back({"default", 1, 0});
  claims.claims[0].known_workers = std::make_shared<const std::unordered_set<std::string>>(
    std::unordered_set<std::string>{"mailer"});
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < 1000; ++i)
    REQUIRE(store.apply(claims).claimed.at(0).at(0).id == enqueued[250'000 + i].id);
  // A thousand walks over the backlog would take several seconds.
  CHECK(std::chrono::steady_clock::now() - start < 1s);
}

} // namespace
} // namespace zzz_jobs
