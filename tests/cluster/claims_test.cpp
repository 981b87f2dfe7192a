#include "cluster/campaign.hpp"
#include "cluster/chaos.hpp"
#include "cluster/plan.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::cluster;

TEST_CASE("eight processes start each of 20,000 jobs exactly once") {
  constexpr std::size_t jobs = 20'000;
  Campaign campaign;
  INFO(campaign.about());
  Fleet fleet{campaign, 8};
  std::vector<std::shared_ptr<Process>> enqueuers;
  for (const std::string prefix : {"a", "b"})
    enqueuers.push_back(campaign.start_enqueuer(
      {"--prefix", prefix, "--many", "100", "--calls", "100", "--duration", "0"}));
  for (const auto& enqueuer : enqueuers)
    REQUIRE(enqueuer->wait_for_end(patience) == 0);
  REQUIRE(campaign.gets_done());
  fleet.end();

  const auto verdict = campaign.verdict();
  INFO(verdict.text());
  REQUIRE(verdict.is_good());
  REQUIRE(verdict.acknowledged == jobs);
  REQUIRE(verdict.executions == jobs);
  std::set<pid_t> workers;
  for (const auto& entry : campaign.entries())
    if (entry.kind == Kind::started)
      workers.insert(entry.pid);
  REQUIRE(workers.size() == 8);
  campaign.passed();
}

TEST_CASE("of 64 enqueues of one key at once, from several processes, one makes a row") {
  Campaign campaign;
  INFO(campaign.about());
  const auto go = campaign.folder() / "go";
  std::vector<std::shared_ptr<Process>> enqueuers;
  for (const std::string prefix : {"a", "b", "c", "d"})
    enqueuers.push_back(
      campaign.start_enqueuer({"--prefix", prefix, "--key", "one", "--threads", "16", "--calls",
                               "16", "--duration", "0", "--wait-for", go.string()}));
  for (const auto& enqueuer : enqueuers)
    campaign.wait_until_ready(*enqueuer);
  std::ofstream{go} << "go";
  for (const auto& enqueuer : enqueuers)
    REQUIRE(enqueuer->wait_for_end(patience) == 0);

  std::set<std::int64_t> answers;
  int conflicts = 0;
  for (const auto& entry : campaign.entries())
    if (entry.kind == Kind::acknowledged || entry.kind == Kind::conflict) {
      answers.insert(entry.job);
      conflicts += entry.kind == Kind::conflict ? 1 : 0;
    }
  REQUIRE(answers.size() == 1);
  REQUIRE(conflicts == 63);
  Fleet fleet{campaign, 1};
  REQUIRE(campaign.gets_done());
  fleet.end();
  const auto verdict = campaign.verdict();
  INFO(verdict.text());
  REQUIRE(verdict.is_good());
  REQUIRE(verdict.acknowledged == 1);
  campaign.passed();
}

TEST_CASE("a fresh idle node runs what plain SQL inserts, though nobody announces it") {
  Campaign campaign;
  INFO(campaign.about());
  auto connection = campaign.connect();
  for (int round = 0; round < short_or_long(6, 30); ++round) {
    const auto node = campaign.start_node();
    campaign.wait_until_ready(*node);
    // It may just be looking, or listening already.
    std::this_thread::sleep_for(std::chrono::milliseconds{campaign.random(0, 500)});
    const Plan plan{.payload = "plain-" + std::to_string(round)};
    connection.run("INSERT INTO cluster.zzz_jobs (worker, args) VALUES ("
                   + connection.literal(worker_name) + ", " + connection.literal(to_args(plan))
                   + ")");
    REQUIRE(campaign.comes(
      [&](const Entry& entry) { return entry.kind == Kind::completed && entry.job == round + 1; }));
    campaign.end(*node);
    INFO(node->log().string());
    REQUIRE(count_log(node->log()).lines == 0);
  }
  campaign.passed();
}
