// A standby that takes the server's place.
#include "cluster/load.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::cluster;
using namespace std::chrono_literals;

namespace {

void live_through_failover() {
  Campaign campaign;
  INFO(campaign.about());
  campaign.server().add_standby();
  Fleet fleet{campaign, 4};
  Load load{campaign};
  std::this_thread::sleep_for(std::chrono::milliseconds{campaign.random(500, 2000)});
  campaign.server().fail_over();
  const auto back_us = now_us();
  REQUIRE(campaign.comes(
    [&](const Entry& entry) { return entry.kind == Kind::completed && entry.time_us > back_us; },
    10s));
  for (const auto& log : fleet.logs()) {
    INFO(log.string());
    REQUIRE(support::eventually([&] { return has_recovered(log); }, 10s));
  }
  const auto verdict = conclude(campaign, load, fleet);
  REQUIRE(verdict.interrupted == 0); // the owners all lived
  campaign.passed();
}

} // namespace

TEST_CASE("no job is lost or misreported when a standby takes the crashed server's place") {
  for (int round = 0; round < short_or_long(1, 5); ++round)
    live_through_failover();
}
