#include "cluster/load.hpp"
#include "support/catch.hpp"

#include <cstdio>
#include <map>
#include <optional>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::cluster;
using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

namespace {

/// One thing after the other that may happen, as the seed has it.
class Chaos {
public:
  Chaos(Campaign& campaign, Fleet& fleet)
    : campaign_(campaign), fleet_(fleet), killer_(std::in_place, campaign) {}

  void step() {
    std::this_thread::sleep_for(std::chrono::milliseconds{campaign_.random(10, 200)});
    wake_up(false);
    const int what = campaign_.random(1, 100);
    if (what <= 15)
      kill_node();
    else if (what <= 30)
      suspend_node();
    else if (what <= 36)
      crash_server();
    else if (what <= 50)
      killer_->end_in_commit();
    else
      killer_->end_any();
  }

  /// All that is suspended, or whose time has come.
  void wake_up(bool all) {
    std::erase_if(suspended_, [&](const auto& one) {
      const bool now = all || SteadyClock::now() >= one.second;
      if (now)
        campaign_.resume(fleet_[one.first]);
      return now;
    });
  }

  [[nodiscard]] int kills() const noexcept { return kills_; }
  [[nodiscard]] int suspensions() const noexcept { return suspensions_; }
  [[nodiscard]] int crashes() const noexcept { return crashes_; }

private:
  void kill_node() {
    const auto place = fleet_.random_place();
    suspended_.erase(place);
    fleet_.replace(place);
    ++kills_;
  }

  void suspend_node() {
    const auto place = fleet_.random_place();
    if (suspended_.contains(place))
      return;
    campaign_.suspend(fleet_[place]);
    suspended_[place] = SteadyClock::now() + std::chrono::milliseconds{campaign_.random(100, 4000)};
    ++suspensions_;
  }

  void crash_server() {
    killer_.reset();
    campaign_.server().stop_immediately();
    std::this_thread::sleep_for(std::chrono::milliseconds{campaign_.random(0, 1500)});
    campaign_.server().start();
    killer_.emplace(campaign_);
    ++crashes_;
  }

  Campaign& campaign_;
  Fleet& fleet_;
  std::optional<SessionKiller> killer_;
  std::map<std::size_t, SteadyClock::time_point> suspended_{};
  int kills_ = 0;
  int suspensions_ = 0;
  int crashes_ = 0;
};

/// Nodes work while all of it happens, and the checker has nothing against them.
void live_through_all(Campaign& campaign) {
  INFO(campaign.about());
  Fleet fleet{campaign, 4, {.concurrency = 3, .lease_s = 2}};
  if (campaign.random(0, 1) == 0)
    campaign.scatter();
  Load load{campaign};
  Chaos chaos{campaign, fleet};
  const auto end = SteadyClock::now() + short_or_long(10s, 90s);
  constexpr int kills_min = 4; // few of them hit nobody at work
  while (SteadyClock::now() < end || chaos.kills() < kills_min)
    chaos.step();
  chaos.wake_up(true);
  const auto verdict = conclude(campaign, load, fleet);
  std::printf("%d kills, %d suspensions, %d crashes of the server\n", chaos.kills(),
              chaos.suspensions(), chaos.crashes());
  REQUIRE(chaos.kills() + chaos.suspensions() + chaos.crashes() >= 5);
  REQUIRE(verdict.interrupted > 0);
  campaign.passed();
}

} // namespace

TEST_CASE("no job is lost or misreported when all of it happens at once") {
  Campaign campaign;
  live_through_all(campaign);
}

TEST_CASE("no job is lost or misreported when all happens at once and commits are slow") {
  Campaign campaign{{.fsync = true, .settings = {"commit_delay=4000", "commit_siblings=0"}}};
  live_through_all(campaign);
}
