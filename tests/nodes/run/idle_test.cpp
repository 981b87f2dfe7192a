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
