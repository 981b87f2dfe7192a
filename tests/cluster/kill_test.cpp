#include "cluster/load.hpp"
#include "support/catch.hpp"

#include <cstdio>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::cluster;
using namespace std::chrono_literals;

namespace {

constexpr int jobs_at_once = 6;

enum class Place : std::uint8_t { same_machine, other_machine };

/// Of two nodes one is killed: how long until all that it ran runs on the other.
std::chrono::milliseconds time_of_rescue(Campaign& campaign, const NodeOptions& options,
                                         Place place) {
  auto heir = campaign.start_node(options);
  campaign.wait_until_ready(*heir);
  if (place == Place::other_machine)
    campaign.scatter();
  auto victim = campaign.start_node(options);
  campaign.wait_until_ready(*victim);
  // One by one, or else they share the jobs.
  campaign.suspend(*heir);
  const auto enqueuer = campaign.start_enqueuer(
    {"--prefix", "job", "--calls", std::to_string(jobs_at_once), "--duration", "2500000"});
  REQUIRE(enqueuer->wait_for_end(patience) == 0);
  std::int64_t last_us = 0;
  const auto all_begin = [&](std::int32_t attempt, const Process& node) {
    int begun = 0;
    return campaign.comes([&](const Entry& entry) {
      if (entry.kind == Kind::started && entry.attempt == attempt && entry.pid == node.pid()) {
        ++begun;
        last_us = entry.time_us;
      }
      return begun == jobs_at_once;
    });
  };
  REQUIRE(all_begin(1, *victim));
  campaign.resume(*heir);
  std::this_thread::sleep_for(std::chrono::milliseconds{campaign.random(0, 1000)});
  campaign.kill(*victim);
  const auto killed = campaign.wait_for(
    [&](const Entry& entry) { return entry.kind == Kind::killed && entry.pid == victim->pid(); });
  REQUIRE(all_begin(2, *heir));
  REQUIRE(campaign.gets_done());
  campaign.end(*heir);
  return std::chrono::ceil<std::chrono::milliseconds>(
    std::chrono::microseconds{last_us - killed.time_us});
}

void check_rescue(const NodeOptions& options, Place place, std::chrono::milliseconds limit,
                  int rounds) {
  for (int round = 0; round < rounds; ++round) {
    Campaign campaign;
    INFO(campaign.about());
    const auto time = time_of_rescue(campaign, options, place);
    std::printf("ran elsewhere after %lld ms\n", static_cast<long long>(time.count()));
    REQUIRE(time <= limit);
    const auto verdict = campaign.verdict();
    INFO(verdict.text());
    REQUIRE(verdict.is_good());
    REQUIRE(verdict.interrupted == jobs_at_once);
    campaign.passed();
  }
}

} // namespace

TEST_CASE("no job is lost or misreported when processes are killed at random") {
  Campaign campaign;
  INFO(campaign.about());
  Fleet fleet{campaign, 4, {.concurrency = 3}}; // so that jobs are claimed ahead, too
  Load load{campaign};
  const auto end = std::chrono::steady_clock::now() + short_or_long(6s, 60s);
  int kills = 0;
  for (; std::chrono::steady_clock::now() < end; ++kills) {
    std::this_thread::sleep_for(std::chrono::milliseconds{campaign.random(50, 900)});
    fleet.replace(fleet.random_place());
  }
  const auto verdict = conclude(campaign, load, fleet);
  REQUIRE(kills >= 5);
  REQUIRE(verdict.interrupted > 0);
  campaign.passed();
}

TEST_CASE("nodes that are replaced in good order repeat nothing") {
  Campaign campaign;
  INFO(campaign.about());
  Fleet fleet{campaign, 3, {.concurrency = 3}};
  Load load{campaign};
  for (int round = 0; round < short_or_long(6, 40); ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds{campaign.random(50, 600)});
    fleet.renew(fleet.random_place());
  }
  const auto verdict = conclude(campaign, load, fleet);
  REQUIRE(verdict.interrupted == 0);
  for (const auto& entry : campaign.entries())
    REQUIRE(entry.how != how::shutdown); // all handlers had the time to end
  campaign.passed();
}

TEST_CASE("a killed node's jobs run elsewhere within two seconds") {
  check_rescue({}, Place::same_machine, 2s, short_or_long(1, 10));
}

TEST_CASE("a killed node's jobs run on another machine within two seconds") {
  check_rescue({}, Place::other_machine, 2s, short_or_long(2, 10));
}

TEST_CASE("behind a pooler a killed node's jobs run elsewhere when its lease is over") {
  // A dead node is looked for once a second.
  check_rescue({.lease_s = 3, .pooled = true}, Place::other_machine, 3s + 1s + 500ms,
               short_or_long(1, 5));
}
