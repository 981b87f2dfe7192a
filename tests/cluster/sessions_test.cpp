#include "cluster/load.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <cstdio>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::cluster;
using namespace std::chrono_literals;

namespace {

void end_sessions_at_random(const NodeOptions& options, const EnqueuerOptions& enqueuer_options) {
  Campaign campaign;
  INFO(campaign.about());
  Fleet fleet{campaign, 4, options};
  Load load{campaign, enqueuer_options};
  SessionKiller killer{campaign};
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + short_or_long(6s, 30s);
  for (int round = 1; std::chrono::steady_clock::now() < end; ++round) {
    if (round % 5 == 0)
      killer.end_in_commit();
    else
      killer.end_any();
    std::this_thread::sleep_until(begin + round * 50ms);
  }
  const auto verdict = conclude(campaign, load, fleet);
  std::printf("%d sessions ended, and %d in their commit\n", killer.ended(),
              killer.ended_in_commit());
  REQUIRE(killer.ended() >= short_or_long(50, 400));
  REQUIRE(killer.ended_in_commit() >= 10);
  // Who lost sessions was alive, and nobody took its jobs.
  REQUIRE(verdict.refused == 0);
  for (const auto& log : fleet.logs()) {
    INFO(log.string());
    // Each session that ends is worth a few lines.
    REQUIRE(count_log(log).lines <= 4 * (killer.ended() + killer.ended_in_commit()));
  }
  campaign.passed();
}

} // namespace

TEST_CASE("no job is lost or misreported when sessions end at random, also in their commit") {
  end_sessions_at_random({}, {});
}

TEST_CASE("no job is lost or misreported when sessions behind a pooler end at random") {
  end_sessions_at_random({.lease_s = 5, .pooled = true}, {"--pooled"});
}

TEST_CASE("no job is taken from its living owner when all lose their sessions for a while") {
  Campaign campaign;
  INFO(campaign.about());
  Fleet fleet{campaign, 4};
  Load load{campaign};
  SessionKiller killer{campaign};
  for (int round = 0; round < short_or_long(1, 6); ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds{campaign.random(300, 1000)});
    killer.end_all([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds{campaign.random(7000, 10000)});
    });
  }
  const auto verdict = conclude(campaign, load, fleet);
  REQUIRE(verdict.refused == 0);
  campaign.passed();
}
