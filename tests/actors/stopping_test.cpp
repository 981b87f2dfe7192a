// How a supervisor stops, and what it leaves behind.
#include "support/catch.hpp"
#include "support/supervisors.hpp"

#include <atomic>
#include <thread>

#ifdef ZZZ_JOBS_HAS_SQLITE
#include <zzz_jobs/stores/sqlite_transaction.hpp>
#endif

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

namespace {

SupervisorConfig impatient(std::uint32_t concurrency) {
  auto config = quick(concurrency);
  config.shutdown_timeout = 50ms;
  config.stop_grace = 200ms;
  return config;
}

} // namespace

TEMPLATE_LIST_TEST_CASE("stop lets running handlers end and starts nothing new", "[stopping]",
                        SupervisorStores) {
  TestType over;
  Door door;
  typename TestType::Supervisor supervisor{over.store_config(), quick(2)};
  supervisor.register_worker("w", [&](std::string_view, JobContext&) { door.wait(); });
  supervisor.start();
  for (int i = 0; i < 10; ++i)
    supervisor.enqueue("w");
  REQUIRE(door.has_waiting(2));
  std::atomic<bool> clean{false};
  std::thread stopper([&] { clean = supervisor.stop(); });
  door.open();
  stopper.join();
  CHECK(clean);
  const auto done = supervisor.count_by_state("default", JobState::completed);
  CHECK(done >= 2);
  CHECK(supervisor.count_by_state("default", JobState::available) == 10 - done);
  CHECK(supervisor.count_by_state("default", JobState::executing) == 0);
  for (const auto& job : supervisor.list({.state = JobState::available}))
    CHECK(job.attempts_used() == 0);
  CHECK_THROWS_WITH(supervisor.enqueue("w"), has("it is stopped"));
}

TEMPLATE_LIST_TEST_CASE("a handler that throws when stopped is handed back without an attempt",
                        "[stopping]", SupervisorStores) {
  TestType over;
  std::atomic<bool> running{false};
  std::atomic<StopReason> reason{StopReason::none};
  typename TestType::Supervisor supervisor{over.store_config(), impatient(1)};
  supervisor.register_worker("w",
                             [&](std::string_view, JobContext& context) {
                               running = true;
                               if (eventually([&] { return context.stop_requested(); })) {
                                 reason = context.stop_reason();
                                 throw std::runtime_error("interrupted");
                               }
                             },
                             {.max_attempts = 1});
  supervisor.start();
  const auto job = supervisor.enqueue("w");
  REQUIRE(eventually([&] { return running.load(); }));
  CHECK(supervisor.stop());
  CHECK(reason == StopReason::shutdown);
  CHECK(state_of(supervisor, job.id) == JobState::available);
  CHECK(supervisor.get(job.id)->attempts_used() == 0);
}

TEMPLATE_LIST_TEST_CASE("stop ends within its limit though a handler never returns", "[stopping]",
                        SupervisorStores) {
  TestType over;
  const auto door = std::make_shared<Door>();
  std::int64_t id = 0;
  Log log;
  {
    // Limits that a busy machine's delays do not hide.
    auto config = quick(1);
    config.shutdown_timeout = 1s;
    config.stop_grace = 1s;
    config.log = log.sink();
    typename TestType::Supervisor supervisor{over.store_config(), config};
    supervisor.register_worker("stuck", [door](std::string_view, JobContext&) { door->wait(); });
    supervisor.start();
    id = supervisor.enqueue("stuck").id;
    REQUIRE(door->has_waiting(1));
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(supervisor.stop());
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(took >= config.shutdown_timeout + config.stop_grace);
    CHECK(took < 5s);
    CHECK(state_of(supervisor, id) == JobState::available);
  }
  // The supervisor is gone, its handler still waits; letting it go harms nobody.
  CHECK(door->waiting() == 1);
  CHECK(log.has("handler_ignored_stop queue=default job=" + std::to_string(id)));
  door->open();
  CHECK(eventually([&] { return door->waiting() == 0; }));
}

TEST_CASE("a hurried stop does not wait for handlers to end by themselves", "[stopping]") {
  std::atomic<bool> running{false};
  std::atomic<StopReason> reason{StopReason::none};
  auto config = quick(1);
  config.shutdown_timeout = 1h;
  MemorySupervisor supervisor{{}, config};
  supervisor.register_worker("w", [&](std::string_view, JobContext& context) {
    running = true;
    if (eventually([&] { return context.stop_requested(); }))
      reason = context.stop_reason();
  });
  supervisor.start();
  supervisor.enqueue("w");
  REQUIRE(eventually([&] { return running.load(); }));
  std::thread stopper([&] { supervisor.stop(); });
  supervisor.hurry_stop();
  stopper.join();
  CHECK(reason == StopReason::shutdown);
}

TEST_CASE("a supervisor that was never started stops at once", "[stopping]") {
  MemorySupervisor supervisor{{}, quick()};
  supervisor.enqueue("w");
  CHECK(supervisor.stop());
  CHECK(supervisor.stop());
  CHECK_THROWS_AS(supervisor.start(), Error);
}

TEST_CASE("a supervisor stopped right after its start leaves no job executing", "[stopping]") {
  for (int i = 0; i < 20; ++i) {
    MemorySupervisor supervisor{{}, quick()};
    supervisor.register_worker("w", [](std::string_view, JobContext&) {});
    std::vector<JobRequest> jobs(100, JobRequest{"w", "", {}});
    supervisor.enqueue_many(std::move(jobs));
    supervisor.start();
    CHECK(supervisor.stop());
    CHECK(supervisor.count_by_state("default", JobState::executing) == 0);
    CHECK(supervisor.count_by_state("default", JobState::available)
            + supervisor.count_by_state("default", JobState::completed)
          == 100);
  }
}

#ifdef ZZZ_JOBS_HAS_SQLITE

TEST_CASE("jobs, pauses and results survive a restart on the same file", "[stopping][sqlite]") {
  TempFolder folder;
  const SqliteStore::Config store{.path = folder.path() / "jobs.db"};
  std::int64_t done = 0;
  std::int64_t waiting = 0;
  {
    SqliteSupervisor supervisor{store, quick()};
    supervisor.register_worker("w",
                               [](std::string_view, JobContext& context) { context.result("42"); });
    supervisor.start();
    done = supervisor.enqueue("w").id;
    REQUIRE(comes_to(supervisor, done, JobState::completed));
    supervisor.pause_queue("default");
    waiting = supervisor.enqueue("w").id;
  }
  SqliteSupervisor supervisor{store, quick()};
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  supervisor.start();
  CHECK(supervisor.is_paused("default"));
  CHECK(supervisor.get(done)->result == "42");
  CHECK(state_of(supervisor, waiting) == JobState::available);
  supervisor.resume_queue("default");
  CHECK(comes_to(supervisor, waiting, JobState::completed));
}

TEST_CASE("a job and the application's row stand or fall together and the job runs at once",
          "[stopping][sqlite]") {
  TempFolder folder;
  auto config = quick();
  config.poll_interval = 1h;
  SqliteSupervisor supervisor{{.path = folder.path() / "jobs.db"}, config};
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  supervisor.start();
  std::int64_t id = 0;
  supervisor.transaction([&](sqlite3* connection) { id = enqueue(connection, "w", "").id; });
  CHECK(comes_to(supervisor, id, JobState::completed));
  CHECK_THROWS_AS(supervisor.transaction([&](sqlite3* connection) {
    enqueue(connection, "w", "");
    throw std::runtime_error("rolled back");
  }),
                  std::runtime_error);
  CHECK(supervisor.list({.worker = "w"}).size() == 1);
  CHECK_THROWS_WITH(supervisor.transaction([&](sqlite3*) { supervisor.enqueue("w"); }),
                    has("within its own transaction()"));
}

TEST_CASE("a handler may complete its job in its own transaction", "[stopping][sqlite]") {
  TempFolder folder;
  SqliteSupervisor supervisor{{.path = folder.path() / "jobs.db"}, quick()};
  std::atomic<bool> rolled_back{false};
  supervisor.register_worker(
    "w",
    [&](std::string_view args, JobContext& context) {
      const auto work = [&](sqlite3* connection) {
        enqueue(connection, "effect", args, {.queue = "other"});
        if (complete(connection, context.claim(), "done") == OutcomeResult::refused)
          throw std::runtime_error("the claim is lost");
        if (!rolled_back.exchange(true))
          throw std::runtime_error("first time: nothing of it");
      };
      supervisor.transaction(work);
      context.already_completed();
      throw std::runtime_error("too late to fail");
    },
    {}, RetryStrategy::constant(0s));
  supervisor.start();
  const auto job = supervisor.enqueue("w", "x");
  REQUIRE(comes_to(supervisor, job.id, JobState::completed));
  CHECK(eventually([&] { return supervisor.stats().completed == 1; }));
  const auto after = *supervisor.get(job.id);
  CHECK(after.attempt == 2);
  CHECK(after.result == "done");
  CHECK(supervisor.list({.worker = "effect"}).size() == 1);
  CHECK(supervisor.stats().outcomes_refused == 0);
  CHECK(supervisor.stats().failed == 1);
}

TEST_CASE("a second supervisor on the file is refused with the holder's name",
          "[stopping][sqlite]") {
  TempFolder folder;
  const SqliteStore::Config store{.path = folder.path() / "jobs.db"};
  SqliteSupervisor first{store, quick()};
  CHECK_THROWS_WITH((SqliteSupervisor{store, quick()}),
                    has("in use by process " + std::to_string(getpid())));
}

#endif
