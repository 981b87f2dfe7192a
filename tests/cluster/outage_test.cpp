#include "cluster/load.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::cluster;
using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

namespace {

/// Of the server's life: it is away for a while, as after a crash.
class Outages {
public:
  Outages(Campaign& campaign, Fleet& fleet) : campaign_(campaign), fleet_(fleet) {}

  void one(std::chrono::milliseconds duration) {
    std::this_thread::sleep_for(std::chrono::milliseconds{campaign_.random(300, 1200)});
    campaign_.server().stop_immediately();
    const auto before = processor_time();
    const auto begin = SteadyClock::now();
    std::this_thread::sleep_for(duration);
    const auto used = processor_time() - before;
    const auto time = SteadyClock::now() - begin;
    campaign_.server().start();
    const auto back_us = now_us();
    seconds_ += std::chrono::duration<double>(SteadyClock::now() - begin).count();
    // Nobody waits in a busy loop; what the handlers still do needs less.
    REQUIRE(used < time / 2);
    check_that_work_resumes(campaign_, fleet_, back_us);
  }

  /// Of all outages, until the server was back.
  [[nodiscard]] double seconds() const noexcept { return seconds_; }

private:
  std::chrono::milliseconds processor_time() {
    std::chrono::milliseconds sum{0};
    for (std::size_t i = 0; i < fleet_.size(); ++i)
      sum += fleet_[i].processor_time();
    return sum;
  }

  Campaign& campaign_;
  Fleet& fleet_;
  double seconds_ = 0;
};

void check_log(const std::filesystem::path& log, int outages, double seconds) {
  INFO(log.string());
  const auto count = count_log(log);
  REQUIRE(count.failed > 0);
  REQUIRE(count.recovered == count.failed);
  REQUIRE(count.failed <= 4 * outages);
  REQUIRE(count.lines <= 8 * outages + 2 * static_cast<int>(seconds));
}

/// A server that has recovered knows nothing of transactions whose end it did not
/// see, and uses their ids for others. Who asks late finds those committed.
void give_ids_away_again(Campaign& campaign) {
  auto connection = campaign.connect();
  connection.run("SET synchronous_commit = off");
  for (int i = 0; i < 200; ++i)
    connection.run("SELECT pg_current_xact_id()");
}

/// A job that another process enqueues runs within a second.
void check_that_a_job_runs_at_once(Campaign& campaign) {
  const auto enqueuer =
    campaign.start_enqueuer({"--prefix", "one", "--calls", "1", "--duration", "0"});
  REQUIRE(enqueuer->wait_for_end(patience) == 0);
  const auto acknowledged =
    campaign.wait_for([](const Entry& entry) { return entry.kind == Kind::acknowledged; });
  const auto started =
    campaign.wait_for([](const Entry& entry) { return entry.kind == Kind::started; });
  REQUIRE(std::chrono::microseconds{started.time_us - acknowledged.time_us} < 1s);
}

} // namespace

TEST_CASE("no job is lost or misreported when the server crashes and comes back") {
  Campaign campaign;
  INFO(campaign.about());
  Fleet fleet{campaign, 4, {.lease_s = short_or_long(3, 30)}};
  Load load{campaign};
  Outages outages{campaign, fleet};
  const int rounds = short_or_long(2, 10);
  for (int round = 0; round < rounds; ++round)
    outages.one(std::chrono::milliseconds{campaign.random(300, 2500)});
  outages.one(short_or_long(4s, 40s)); // all leases run out, though every owner lives
  const auto verdict = conclude(campaign, load, fleet);
  for (const auto& log : fleet.logs())
    check_log(log, rounds + 1, outages.seconds());
  REQUIRE(verdict.interrupted == 0);
  campaign.passed();
}

TEST_CASE("no job is acknowledged that was lost when the server crashed in its commit") {
  // Each commit takes a tenth of a second; what it waits for is lost in a crash.
  Campaign campaign{
    {.fsync = true,
     .settings = {"commit_delay=100000", "commit_siblings=0", "wal_writer_delay=10s"}}};
  INFO(campaign.about());
  Fleet fleet{campaign, 2};
  Load load{campaign};
  for (int round = 0; round < short_or_long(4, 20); ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds{campaign.random(300, 900)});
    load.suspend();
    campaign.server().stop_immediately();
    campaign.server().start();
    give_ids_away_again(campaign);
    load.resume();
  }
  (void)conclude(campaign, load, fleet);
  campaign.passed();
}

TEST_CASE("no job is lost or misreported when the server stands still for too long") {
  Campaign campaign;
  INFO(campaign.about());
  Fleet fleet{campaign, 4, {.answer_timeout_ms = 400}};
  Load load{campaign, {"--answer-timeout", "400"}};
  const auto end = SteadyClock::now() + short_or_long(6s, 60s);
  while (SteadyClock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds{campaign.random(300, 1000)});
    campaign.server().suspend();
    std::this_thread::sleep_for(std::chrono::milliseconds{campaign.random(100, 1500)});
    campaign.server().resume();
  }
  // So long that a commit stays in doubt.
  campaign.server().suspend();
  std::this_thread::sleep_for(short_or_long(0s, 15s));
  campaign.server().resume();
  (void)conclude(campaign, load, fleet);
  campaign.passed();
}

TEST_CASE("a table that is away for a while, as in a restore, stops nobody for good") {
  Campaign campaign;
  INFO(campaign.about());
  Fleet fleet{campaign, 2};
  Load load{campaign};
  auto connection = campaign.connect();
  std::this_thread::sleep_for(500ms);
  connection.run("ALTER TABLE cluster.zzz_jobs RENAME TO away");
  std::this_thread::sleep_for(3s);
  connection.run("ALTER TABLE cluster.away RENAME TO zzz_jobs");
  for (const auto& log : fleet.logs()) {
    INFO(log.string());
    REQUIRE(support::eventually([&] { return has_recovered(log); }, 10s));
    REQUIRE(count_log(log).lines <= 20);
  }
  const auto verdict = conclude(campaign, load, fleet);
  REQUIRE(verdict.interrupted == 0);
  campaign.passed();
}

TEST_CASE("after a long idle time with restarts of the server a job runs at once") {
  Campaign campaign;
  INFO(campaign.about());
  Fleet fleet{campaign, 2};
  const auto pause = short_or_long<std::chrono::milliseconds>(500ms, 30s);
  const int restarts = short_or_long(3, 20);
  for (int restart = 0; restart < restarts; ++restart) {
    std::this_thread::sleep_for(pause);
    campaign.server().restart();
  }
  auto connection = campaign.connect();
  REQUIRE(support::eventually(
    [&] {
      return connection.value("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE"
                              " 'zzz_jobs watch%'")
        == "2";
    },
    10s));
  check_that_a_job_runs_at_once(campaign);
  REQUIRE(campaign.gets_done());
  fleet.end();
  for (const auto& log : fleet.logs()) {
    INFO(log.string());
    REQUIRE(count_log(log).lines <= 8 * restarts);
  }
  const auto verdict = campaign.verdict();
  INFO(verdict.text());
  REQUIRE(verdict.is_good());
  campaign.passed();
}
