#ifdef ZZZ_JOBS_HAS_SQLITE

#include "actors/testing_bench.hpp"
#include "stores/sqlite_file.hpp"
#include "support/catch.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::testing;
using namespace zzz_jobs::tests;

TEST_CASE("a virtual clock is the time of an SQLite store too") {
  const SqliteFile file;
  const auto clock = std::make_shared<VirtualClock>();
  SqliteSupervisor supervisor{{.path = file.path(), .clock = clock}, {.mode = RunMode::manual}};
  int ran = 0;
  supervisor.register_worker("note", [&](std::string_view, JobContext&) { ++ran; });
  const auto job = supervisor.enqueue("note", "", {.delay = 60s});
  CHECK(job.inserted_at == start);
  CHECK(!run_one(supervisor));
  clock->advance(60s);
  const auto after = run_one(supervisor);
  REQUIRE(after);
  CHECK(after->completed_at == start + 60s);
  supervisor.enqueue("note", "", {.delay = 3600s});
  CHECK(drain(supervisor, {.advance = clock}).completed == 1);
  CHECK(ran == 2);
}

TEST_CASE("in manual mode start returns the jobs of a process that died to their queue") {
  using Faulty = FaultyStore<SqliteStore>;
  const SqliteFile file;
  int ran = 0;
  const auto count = [&](std::string_view, JobContext&) { ++ran; };
  std::int64_t id = 0;
  {
    Supervisor<Faulty> dying{{.path = file.path()},
                             {.mode = RunMode::manual, .log = [](LogLevel, std::string_view) {}}};
    dying.register_worker("count", count);
    id = dying.enqueue("count").id;
    dying.store().faults().inject({.call = StoreCall::apply, .nth = 2, .lasting = true});
    CHECK(code_of([&] { run_one(dying); }) == errc::unavailable);
  }
  Supervisor<Faulty> next{{.path = file.path()}, {.mode = RunMode::manual}};
  next.register_worker("count", count);
  CHECK(next.get(id)->state == JobState::executing);
  CHECK(!run_one(next));
  next.start();
  CHECK(next.stats().rescued == 1);
  const auto job = run_one(next);
  REQUIRE(job);
  CHECK(job->id == id);
  CHECK(job->attempt == 2);
  CHECK(ran == 2);
}

#endif
