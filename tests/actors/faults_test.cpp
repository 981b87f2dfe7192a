// Faults that a second reading found, each a test that failed before.
#include "support/catch.hpp"
#include "support/supervisors.hpp"

#include <zzz_jobs/actors/runtime/actor_engine_impl.hpp>
#include <zzz_jobs/testing.hpp>

#ifdef ZZZ_JOBS_HAS_SQLITE
#include <zzz_jobs/stores/sqlite_transaction.hpp>

#include <sqlite3.h>
#endif

#include <atomic>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

namespace {

runtime::Directory& directory_of(AnySupervisor& supervisor) {
  return dynamic_cast<runtime::ActorEngine&>(supervisor.engine()).directory();
}

void kill(AnySupervisor& supervisor, const std::string& name) {
  if (const auto victim = directory_of(supervisor).find(name))
    caf::anon_send_exit(victim, caf::exit_reason::kill);
}

} // namespace

TEST_CASE("workers killed amid handlers of microseconds leave no job executing", "[faults]") {
  for (int round = 0; round < 5; ++round) {
    MemorySupervisor supervisor{{.capacity = 100'000}, quick(4)};
    supervisor.register_worker(
      "w", [](std::string_view, JobContext&) {}, {.max_attempts = 100},
      RetryStrategy::constant(0s));
    supervisor.enqueue_many(std::vector<JobRequest>(20'000, {"w", "", {}}));
    supervisor.start();
    for (int kills = 0; kills < 40; ++kills) {
      kill(supervisor, "worker default " + std::to_string(kills % 4));
      const auto turns = supervisor.stats().turns;
      (void)eventually([&] { return supervisor.stats().turns > turns; }, 10ms);
    }
    REQUIRE(eventually(
      [&] { return supervisor.count_by_state("default", JobState::completed) == 20'000; }));
  }
}

TEST_CASE("a telemetry handler may call the supervisor that is being destroyed", "[faults]") {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> calls{0};
    MemorySupervisor supervisor{{}, quick()};
    supervisor.register_worker("w", [](std::string_view, JobContext&) {});
    supervisor.attach_telemetry([&](const Event& event) {
      ++calls;
      try {
        (void)supervisor.get(event.result.job.id);
        (void)supervisor.counts();
      } catch (const Error& error) {
        if (error.code() != errc::not_allowed)
          throw;
      }
    });
    supervisor.start();
    supervisor.enqueue_many(std::vector<JobRequest>(200, {"w", "", {}}));
    REQUIRE(eventually([&] { return calls > 0; }));
  }
}

TEST_CASE("handlers attached while jobs run go on hearing", "[faults]") {
  std::vector<std::atomic<int>> heard(20);
  MemorySupervisor supervisor{{.capacity = 1'000'000}, quick()};
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  supervisor.start();
  std::atomic<bool> attached{false};
  std::thread busy([&] {
    while (!attached)
      supervisor.enqueue_many(std::vector<JobRequest>(20, {"w", "", {}}));
  });
  for (auto& count : heard)
    supervisor.attach_telemetry([&](const Event&) { ++count; });
  attached = true;
  busy.join();
  REQUIRE(eventually([&] { return supervisor.stats().completed == supervisor.stats().enqueued; }));
  // On an idle system each hears a single event more.
  for (auto& count : heard) {
    const auto all_heard = [&, before = count.load()] { return count > before; };
    supervisor.enqueue("w");
    CHECK(eventually(all_heard));
  }
}

TEST_CASE("a batch of events larger than the backlog is heard", "[faults]") {
  std::atomic<int> enqueued{0};
  auto config = quick();
  config.telemetry_backlog_max = 10;
  MemorySupervisor supervisor{{}, config};
  supervisor.attach_telemetry(
    [&](const Event& event) { enqueued += event.type == EventType::job_enqueued ? 1 : 0; });
  supervisor.enqueue_many(std::vector<JobRequest>(100, {"w", "", {}}));
  CHECK(eventually([&] { return enqueued == 100; }));
}

namespace {

/// Its disk may be full.
struct FullStore : MemoryStore {
  using MemoryStore::MemoryStore;
  BatchResult apply(Batch& batch) {
    if (*full)
      throw Error(errc::unavailable, "the disk is full");
    return MemoryStore::apply(batch);
  }
  std::shared_ptr<std::atomic<bool>> full = std::make_shared<std::atomic<bool>>(false);
};

} // namespace

TEST_CASE("who waits in vain for the store hears why its turns fail", "[faults]") {
  auto config = quick();
  config.store_timeout = 300ms;
  Supervisor<FullStore> supervisor{{}, std::move(config)};
  CHECK_FALSE(supervisor.store_trouble());
  const auto full = supervisor.store().full;
  *full = true;
  CHECK_THROWS_WITH(supervisor.enqueue("w"),
                    has("no answer within 300 ms") && has("the disk is full"));
  const auto trouble = supervisor.store_trouble();
  REQUIRE(trouble);
  CHECK(trouble->error == "the disk is full");
  *full = false;
  CHECK(eventually([&] { // what makes the next turn; the pause may be longer than it waits
    try {
      return supervisor.enqueue("w").id > 0;
    } catch (const Error&) {
      return false;
    }
  }));
  CHECK_FALSE(supervisor.store_trouble());
}

TEST_CASE("a queue supervisor killed while it drains delays no stop and starts nothing",
          "[faults]") {
  Door door;
  std::atomic<int> starts{0};
  auto config = quick(2);
  config.shutdown_timeout = 20s;
  MemorySupervisor supervisor{{}, config};
  supervisor.register_worker("w", [&](std::string_view, JobContext&) {
    ++starts;
    door.wait();
  });
  supervisor.start();
  supervisor.enqueue_many(std::vector<JobRequest>(100, {"w", "", {}}));
  REQUIRE(door.has_waiting(2));
  const auto begin = std::chrono::steady_clock::now();
  std::thread stopper([&] { supervisor.stop(); });
  REQUIRE(eventually([&] { return supervisor.shared().draining.load(); }));
  kill(supervisor, "queue default");
  stopper.join();
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  CHECK(starts == 2);
}

TEMPLATE_LIST_TEST_CASE("a queue paused here may be resumed elsewhere", "[faults]",
                        SupervisorStores) {
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  supervisor.start();
  supervisor.pause_queue("default");
  const auto job = supervisor.enqueue("w");
  supervisor.store().resume_queue("default");
  CHECK(comes_to(supervisor, job.id, JobState::completed));
}

TEMPLATE_LIST_TEST_CASE("a handler whose job was cancelled behind its back is stopped", "[faults]",
                        SupervisorStores) {
  TestType over;
  std::atomic<bool> running{false};
  std::atomic<StopReason> reason{StopReason::none};
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_worker("w", [&](std::string_view, JobContext& context) {
    running = true;
    if (eventually([&] { return context.stop_requested(); }))
      reason = context.stop_reason();
  });
  supervisor.start();
  const auto job = supervisor.enqueue("w");
  REQUIRE(eventually([&] { return running.load(); }));
  (void)supervisor.store().cancel(job.id);
  CHECK(eventually([&] { return reason == StopReason::lost_claim; }));
}

TEST_CASE("work with one supervisor's store may call another supervisor", "[faults]") {
  MemorySupervisor one{{}, quick()};
  MemorySupervisor other{{}, quick()};
  const auto mine = one.enqueue("w");
  const auto theirs = other.enqueue("w");
  REQUIRE(mine.id == theirs.id);
  one.with_store([&](AnyStore&) { other.cancel(theirs.id); });
  CHECK(state_of(one, mine.id) == JobState::available);
  CHECK(state_of(other, theirs.id) == JobState::cancelled);
  CHECK_THROWS_WITH(one.with_store([&](AnyStore&) { one.enqueue("w"); }),
                    has("has the store to itself"));
}

TEST_CASE("a detached handler is not called again, one that blocks holds up no end", "[faults]") {
  const auto door = std::make_shared<Door>();
  {
    auto heard = std::make_unique<std::atomic<int>>(0);
    auto config = quick();
    config.stop_grace = 100ms;
    MemorySupervisor supervisor{{}, config};
    const auto id = supervisor.attach_telemetry([count = heard.get()](const Event&) { ++*count; });
    supervisor.attach_telemetry([door](const Event&) { door->wait(); });
    for (int i = 0; i < 100; ++i)
      supervisor.enqueue("w");
    supervisor.detach_telemetry(id);
    heard.reset(); // a call from now on would be one too many
    REQUIRE(door->has_waiting(1));
  }
  CHECK(door->waiting() == 1);
}

TEST_CASE("a log sink that is empty or throws ends nobody", "[faults]") {
  const LogSink broken = [](LogLevel, std::string_view) { throw std::runtime_error("disk full"); };
  for (const auto& sink : {LogSink{}, broken}) {
    auto config = quick();
    config.log = sink;
    MemorySupervisor supervisor{{}, config};
    supervisor.register_worker("w", [](std::string_view, JobContext&) {});
    supervisor.start();
    kill(supervisor, "store");
    const auto job = supervisor.enqueue("w");
    CHECK(comes_to(supervisor, job.id, JobState::completed));
  }
}

TEST_CASE("maintenance that the store refuses is told, an outage by its turns alone", "[faults]") {
  Log log;
  auto config = quick();
  config.log = log.sink();
  config.prune_interval = 10ms;
  config.rescue_interval = 10ms;
  Supervisor<testing::FaultyStore<MemoryStore>> supervisor{{}, config};
  auto& faults = supervisor.store().faults();
  faults.inject({.call = testing::StoreCall::prune,
                 .lasting = true,
                 .error = Error(errc::not_allowed, "no right")});
  faults.inject({.call = testing::StoreCall::rescue_stuck,
                 .lasting = true,
                 .error = Error(errc::invalid_argument, "a trigger")});
  faults.inject({.call = testing::StoreCall::cron_since,
                 .lasting = true,
                 .error = Error(errc::not_allowed, "no ticks")});
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  supervisor.register_cron("hourly", "0 * * * *", "w");
  supervisor.start();
  CHECK(eventually([&] { return log.has("maintenance_failed what=prune error=\"no right\""); }));
  CHECK(eventually([&] { return log.has("maintenance_failed what=rescue error=\"a trigger\""); }));
  CHECK(eventually([&] { return log.has("cron_not_fired entry=* error=\"no ticks\""); }));
}

TEST_CASE("a job that is never due costs no turns", "[faults]") {
  auto config = quick();
  config.poll_interval = 1h;
  MemorySupervisor supervisor{{}, config};
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  supervisor.start();
  const auto never = supervisor.enqueue("w", "", {.scheduled_at = UnixTime::max()});
  CHECK(never.state == JobState::scheduled);
  CHECK(comes_to(supervisor, supervisor.enqueue("w").id, JobState::completed));
  const auto before = supervisor.stats().turns;
  // An alarm for what is due already would come every 20 ms.
  CHECK_FALSE(eventually([&] { return supervisor.stats().turns > before + 5; }, 300ms));
}

#ifdef ZZZ_JOBS_HAS_SQLITE

TEST_CASE("an outcome that a trigger refuses holds up no other job", "[faults][sqlite]") {
  TempFolder folder;
  Log log;
  auto config = quick();
  config.log = log.sink();
  SqliteSupervisor supervisor{{.path = folder.path() / "jobs.db"}, config};
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  const auto refused = supervisor.enqueue("w");
  supervisor.transaction([&](sqlite3* connection) {
    const auto sql =
      "CREATE TRIGGER picky BEFORE UPDATE ON zzz_jobs WHEN new.state = 2 AND new.id = "
      + std::to_string(refused.id) + " BEGIN SELECT RAISE(ABORT, 'not this one'); END";
    REQUIRE(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  });
  supervisor.start();
  for (int i = 0; i < 20; ++i) {
    const auto job = supervisor.enqueue("w");
    CHECK(comes_to(supervisor, job.id, JobState::completed));
  }
  CHECK(eventually([&] { return log.has("outcome_not_recorded"); }));
  CHECK(log.has("not this one"));
}

#endif
