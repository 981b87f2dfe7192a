// Cron entries on a clock that the test moves.
#include "actors/actor_kills.hpp"
#include "conformance/virtual_clock.hpp"
#include "support/catch.hpp"
#include "support/supervisors.hpp"

#include <zzz_jobs/actors/runtime/engine.hpp>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

namespace {

/// Moves the clock and has the scheduler look, as its timer would.
void pass(AnySupervisor& supervisor, conformance::VirtualClock& clock, std::chrono::seconds time) {
  clock.advance(time);
  supervisor.engine().crons_changed();
}

std::size_t jobs_of(AnySupervisor& supervisor, const std::string& worker) {
  return supervisor.list({.worker = worker}, {.limit = 1000}).size();
}

/// Whether the entry's schedule has been begun: from then on no tick is missed.
bool begun(AnySupervisor& supervisor, const std::string& entry) {
  return eventually([&] {
    bool known = false;
    supervisor.with_store([&](AnyStore& store) { known = store.last_tick(entry).has_value(); });
    return known;
  });
}

} // namespace

TEMPLATE_LIST_TEST_CASE("each tick of a cron entry enqueues one job", "[cron]", SupervisorStores) {
  TestType over;
  const auto clock = std::make_shared<conformance::VirtualClock>(); // midnight, UTC
  over.clock = clock;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_cron("hourly", "@hourly", "report", R"({"kind":"hour"})", {.priority = 5});
  // Known only after its entry; its options apply all the same.
  supervisor.register_worker("report", [](std::string_view, JobContext&) {}, {.max_attempts = 7});
  supervisor.start();
  REQUIRE(begun(supervisor, "hourly"));
  CHECK(jobs_of(supervisor, "report") == 0);
  for (std::size_t hour = 1; hour <= 5; ++hour) {
    pass(supervisor, *clock, 1h);
    CHECK(eventually([&] { return jobs_of(supervisor, "report") == hour; }));
    // Looking again fires nothing again.
    supervisor.engine().crons_changed();
    supervisor.engine().crons_changed();
  }
  const auto jobs = supervisor.list({.worker = "report"});
  REQUIRE(jobs.size() == 5);
  CHECK(jobs.front().priority == 5);
  CHECK(jobs.front().max_attempts == 7);
  CHECK(jobs.front().args == R"({"kind":"hour"})");
}

TEMPLATE_LIST_TEST_CASE("missed ticks are skipped, caught up with the latest, or all fired",
                        "[cron]", SupervisorStores) {
  TestType over;
  const auto clock = std::make_shared<conformance::VirtualClock>();
  over.clock = clock;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_cron("skip", "@hourly", "skip", "", {}, {.missed = MissedTicks::skip});
  supervisor.register_cron("latest", "@hourly", "latest", "", {}, {.missed = MissedTicks::latest});
  supervisor.register_cron("all", "@hourly", "all", "", {}, {.missed = MissedTicks::all});
  // The entries were begun by an earlier run; since then five hours have passed.
  supervisor.with_store([&](AnyStore& store) {
    for (const auto* entry : {"skip", "latest", "all"})
      store.cron_since(entry, store.now());
  });
  clock->advance(5h);
  supervisor.start();
  CHECK(eventually([&] { return jobs_of(supervisor, "all") == 5; }));
  CHECK(eventually([&] { return jobs_of(supervisor, "latest") == 1; }));
  CHECK(jobs_of(supervisor, "skip") == 0);
  pass(supervisor, *clock, 1h);
  CHECK(eventually([&] { return jobs_of(supervisor, "skip") == 1; }));
  CHECK(eventually([&] { return jobs_of(supervisor, "latest") == 2; }));
}

TEMPLATE_LIST_TEST_CASE("a tick fires once though its scheduler is killed again and again",
                        "[cron]", SupervisorStores) {
  TestType over;
  const auto clock = std::make_shared<conformance::VirtualClock>();
  over.clock = clock;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_cron("c", "* * * * *", "w", "", {}, {.missed = MissedTicks::all});
  supervisor.start();
  REQUIRE(begun(supervisor, "c"));
  constexpr std::size_t kills = 8; // the pauses before a replacement grow
  for (std::size_t minute = 1; minute <= 50; ++minute) {
    clock->advance(1min);
    for (int i = 0; i < 4; ++i)
      supervisor.engine().crons_changed();
    // Before it fires, or after, or with its ticks on their way to the store.
    if (minute <= kills)
      kill_and_wait(supervisor, "cron");
    REQUIRE(eventually([&] { return jobs_of(supervisor, "w") >= minute; }));
  }
  CHECK(supervisor.stats().actors_replaced == kills);
  CHECK(jobs_of(supervisor, "w") == 50);
}

#ifdef ZZZ_JOBS_HAS_SQLITE

TEST_CASE("a tick fires once though supervisors come and go on one file", "[cron]") {
  OverSqlite over;
  const auto clock = std::make_shared<conformance::VirtualClock>();
  over.clock = clock;
  for (std::size_t life = 0; life < 3; ++life) {
    INFO("life " << life);
    SqliteSupervisor supervisor{over.store_config(), quick()};
    supervisor.register_cron("c", "* * * * *", "w", "", {}, {.missed = MissedTicks::all});
    supervisor.start();
    REQUIRE(begun(supervisor, "c"));
    // What passed while there was none, and nothing that was fired before.
    const auto fired = 5 * life;
    REQUIRE(eventually([&] { return jobs_of(supervisor, "w") >= fired; }));
    pass(supervisor, *clock, 0min);
    CHECK(jobs_of(supervisor, "w") == fired);
    for (std::size_t minute = 1; minute <= 3; ++minute) {
      pass(supervisor, *clock, 1min);
      REQUIRE(eventually([&] { return jobs_of(supervisor, "w") >= fired + minute; }));
    }
    CHECK(jobs_of(supervisor, "w") == fired + 3);
    supervisor.stop();
    clock->advance(2min);
  }
  SqliteSupervisor last{over.store_config(), quick()};
  CHECK(jobs_of(last, "w") == 13);
}

#endif

TEST_CASE("a cron entry keeps to its time zone, and 40 entries all fire", "[cron]") {
  OverMemory over;
  const auto clock = std::make_shared<conformance::VirtualClock>(); // 1 January 2026, 0:00 UTC
  over.clock = clock;
  MemorySupervisor supervisor{over.store_config(), quick()};
  supervisor.register_cron("tokyo", "0 10 * * *", "tokyo", "", {}, {.zone = "Asia/Tokyo"});
  for (int i = 0; i < 40; ++i)
    supervisor.register_cron("e" + std::to_string(i), "0 * * * *", "many");
  supervisor.start();
  REQUIRE(begun(supervisor, "tokyo"));
  REQUIRE(begun(supervisor, "e39"));
  pass(supervisor, *clock, 59min);
  pass(supervisor, *clock, 1min); // 10:00 in Tokyo
  CHECK(eventually([&] { return jobs_of(supervisor, "tokyo") == 1; }));
  CHECK(eventually([&] { return jobs_of(supervisor, "many") == 40; }));
  CHECK(supervisor.remove_cron("tokyo"));
  CHECK_FALSE(supervisor.remove_cron("tokyo"));
}

TEST_CASE("a wrong cron entry is refused when it is registered", "[cron]") {
  MemorySupervisor supervisor{{}, quick()};
  CHECK_THROWS_WITH(supervisor.register_cron("x", "61 * * * *", "w"), has("minute"));
  CHECK_THROWS_WITH(supervisor.register_cron("x", "* * * * *", "w", "", {}, {.zone = "Mars/Base"}),
                    has("Mars/Base"));
  CHECK_THROWS_WITH(supervisor.register_cron("", "* * * * *", "w"), has("cron entry"));
}

TEMPLATE_LIST_TEST_CASE("a paused cron entry fires nothing, and makes up for nothing when resumed",
                        "[cron]", SupervisorStores) {
  TestType over;
  const auto clock = std::make_shared<conformance::VirtualClock>();
  over.clock = clock;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  supervisor.register_cron("hourly", "@hourly", "report", "{}", {}, {.missed = MissedTicks::all});
  supervisor.register_cron("other", "@hourly", "other");
  supervisor.start();
  REQUIRE(begun(supervisor, "hourly"));
  REQUIRE(begun(supervisor, "other"));
  supervisor.pause_cron("hourly");
  const auto paused = supervisor.crons();
  REQUIRE(paused.size() == 2);
  CHECK(paused[0].name == "hourly");
  CHECK(paused[0].paused);
  CHECK(paused[0].expression == "@hourly");
  CHECK_FALSE(paused[1].paused);
  for (std::size_t hour = 1; hour <= 2; ++hour) {
    pass(supervisor, *clock, 1h);
    REQUIRE(eventually([&] { return jobs_of(supervisor, "other") == hour; }));
  }
  CHECK(jobs_of(supervisor, "report") == 0);
  CHECK(supervisor.fire_cron("hourly").id > 0); // by hand all the same
  CHECK(jobs_of(supervisor, "report") == 1);
  supervisor.resume_cron("hourly");
  pass(supervisor, *clock, 1h);
  CHECK(eventually([&] { return jobs_of(supervisor, "report") == 2; }));
  CHECK(supervisor.crons().front().last_tick == clock->now());
  for (const auto* name : {"none", ""}) {
    CHECK_THROWS_WITH(supervisor.pause_cron(name), has("none of this name"));
    CHECK_THROWS_WITH(supervisor.resume_cron(name), has("none of this name"));
    CHECK_THROWS_WITH(supervisor.fire_cron(name), has("none of this name"));
  }
}
