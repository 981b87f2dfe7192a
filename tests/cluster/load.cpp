#include "cluster/load.hpp"

#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <cstdio>

namespace zzz_jobs::cluster {

using namespace std::chrono_literals;

Load::Load(Campaign& campaign, const EnqueuerOptions& more) : campaign_(campaign) {
  for (EnqueuerOptions options :
       {EnqueuerOptions{"--prefix", "single", "--threads", "4", "--rate", "40"},
        EnqueuerOptions{"--prefix", "bulk", "--many", "40", "--rate", "10"}}) {
    options.insert(options.end(), more.begin(), more.end());
    programs_.push_back(campaign.start_enqueuer(options));
  }
  for (const auto& program : programs_)
    campaign.wait_until_ready(*program);
}

void Load::suspend() {
  for (const auto& program : programs_)
    campaign_.suspend(*program);
}

void Load::resume() {
  for (const auto& program : programs_)
    campaign_.resume(*program);
}

void Load::end() {
  for (const auto& program : programs_)
    campaign_.end(*program);
}

void check_that_work_resumes(Campaign& campaign, const Fleet& fleet, std::int64_t back_us) {
  REQUIRE(campaign.comes(
    [&](const Entry& entry) { return entry.kind == Kind::completed && entry.time_us > back_us; },
    10s));
  for (const auto& log : fleet.logs()) {
    INFO(log.string());
    REQUIRE(support::eventually([&] { return has_recovered(log); }, 10s));
  }
}

Verdict conclude(Campaign& campaign, Load& load, Fleet& fleet) {
  load.end();
  const bool is_done = campaign.gets_done();
  if (is_done)
    fleet.end();
  auto verdict = campaign.verdict();
  std::printf("%s", verdict.text().c_str());
  INFO(verdict.text());
  REQUIRE(is_done);
  REQUIRE(verdict.is_good());
  REQUIRE(verdict.acknowledged > 100);
  return verdict;
}

} // namespace zzz_jobs::cluster
