// A standby that takes the server's place.
#include "cluster/load.hpp"
#include "support/catch.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::cluster;

namespace {

void live_through_failover() {
  Campaign campaign;
  INFO(campaign.about());
  campaign.server().add_standby();
  Fleet fleet{campaign, 4};
  Load load{campaign};
  int left = campaign.random(100, 500); // amid the work
  REQUIRE(campaign.comes(
    [&](const Entry& entry) { return entry.kind == Kind::completed && --left == 0; }));
  campaign.server().fail_over();
  check_that_work_resumes(campaign, fleet, now_us());
  const auto verdict = conclude(campaign, load, fleet);
  REQUIRE(verdict.interrupted == 0); // the owners all lived
  campaign.passed();
}

} // namespace

TEST_CASE("no job is lost or misreported when a standby takes the crashed server's place") {
  for (int round = 0; round < short_or_long(1, 5); ++round)
    live_through_failover();
}
