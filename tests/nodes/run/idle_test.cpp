#include "conformance/virtual_clock.hpp"
#include "support/catch.hpp"
#include "support/supervisors.hpp"

#include <zzz_jobs/nodes/run/idle.hpp>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

TEMPLATE_LIST_TEST_CASE("a supervisor is idle when nothing is due that it could run", "[node]",
                        SupervisorStores) {
  TestType over;
  const auto clock = std::make_shared<conformance::VirtualClock>();
  over.clock = clock;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  const auto idle = [&] { return node::is_idle(supervisor); };
  CHECK(idle());
  supervisor.enqueue("unknown");
  supervisor.enqueue("w", "", {.queue = "of another node"});
  CHECK(idle());
  Door door;
  supervisor.register_worker("w", [&](std::string_view, JobContext&) { door.wait(); });
  CHECK(idle());
  supervisor.enqueue("w", "", {.delay = 1h});
  CHECK(idle());
  clock->advance(1h); // due, though no turn has come since
  CHECK_FALSE(idle());
  supervisor.pause_queue("default");
  CHECK(idle());
  supervisor.resume_queue("default");
  CHECK_FALSE(idle());
  supervisor.start();
  REQUIRE(door.has_waiting(1));
  CHECK_FALSE(idle());
  door.open();
  CHECK(eventually(idle));
}

TEMPLATE_LIST_TEST_CASE("a supervisor is not idle while a tick is to be fired", "[node]",
                        SupervisorStores) {
  TestType over;
  const auto clock = std::make_shared<conformance::VirtualClock>();
  over.clock = clock;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  const auto idle = [&] { return node::is_idle(supervisor); };
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
  const auto missed = GENERATE(MissedTicks::skip, MissedTicks::latest, MissedTicks::all);
  const auto add = [&] {
    supervisor.register_cron("c", "@hourly", "w", "", {}, {.missed = missed});
  };
  add();
  CHECK_FALSE(idle()); // not looked at yet
  supervisor.pause_cron("c");
  CHECK(idle());
  supervisor.resume_cron("c");
  supervisor.start();
  REQUIRE(eventually(idle));
  CHECK(supervisor.count_by_state("default", JobState::completed) == 0);
  clock->advance(2h); // of which the supervisor hears within a minute, or when it is told
  CHECK(idle() == (missed == MissedTicks::skip));
  if (missed == MissedTicks::skip)
    return;
  add();
  REQUIRE(eventually(idle));
  CHECK(supervisor.count_by_state("default", JobState::completed)
        == (missed == MissedTicks::all ? 2 : 1));
}
