// Guests of a supervisor that is being stopped: what becomes of what they run.
#include "actors/guest_visit.hpp"

#include <zzz_jobs/actors/runtime/shared.hpp>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace zzz_jobs::tests;

TEMPLATE_LIST_TEST_CASE("what the supervisor interrupts of a guest's is available, no attempt used",
                        "[guests]", SupervisorStores) {
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), quick()};
  const auto id = supervisor.enqueue("w", "", {.max_attempts = 1}).id;
  Visit guest{supervisor};
  const auto job = guest.claim_one();
  guest.guest().hand_back();
  CHECK(guest.cancelled() == id); // its handler shall stop
  CHECK(comes_to(supervisor, id, JobState::available));
  CHECK(supervisor.get(id)->attempts_used() == 0);
  CHECK(guest.end(job) == OutcomeResult::refused);
  CHECK(supervisor.stats().rescued == 0);
  Visit next{supervisor};
  CHECK(next.claim_one().attempts_used() == 1);
}

TEST_CASE("what a guest takes along nobody ends where it was", "[guests]") {
  MemorySupervisor supervisor{{}, quick()};
  start_with_worker(supervisor, "own");
  Visit guest{supervisor};
  std::vector<Job> jobs;
  for (int i = 0; i < 3; ++i) {
    supervisor.enqueue("w");
    jobs.push_back(guest.claim_one());
  }
  CHECK(guest.guest().let_go().size() == 3);
  CHECK(supervisor.shared().guests.open() == 3);
  SECTION("it was adopted but for one, which goes back") {
    guest.guest().moved({jobs[0].claim(), jobs[1].claim()});
    CHECK(supervisor.shared().guests.open() == 0);
    CHECK(comes_to(supervisor, jobs[2].id, JobState::available));
    CHECK(supervisor.get(jobs[2].id)->attempts_used() == 0);
    guest.leave();
  }
  SECTION("it is gone, and nobody knows what was adopted") {
    guest.leave();
    CHECK(supervisor.shared().guests.open() == 0);
    // Whoever adopted them has changed the owner; here nobody has, and then they are lost.
    kill_store_actor(supervisor);
    CHECK(comes_to(supervisor, jobs[2].id, JobState::available));
    CHECK(supervisor.get(jobs[2].id)->attempts_used() == 1);
  }
}
