#include "cluster/campaign.hpp"
#include "support/catch.hpp"

#include <chrono>

using namespace zzz_jobs;
using namespace zzz_jobs::cluster;
using namespace std::chrono_literals;
using support::has;

namespace {

std::string in_us(std::chrono::microseconds time) {
  return std::to_string(time.count());
}

/// A node stands still in the middle of a job until its lease is over and another
/// one has begun the job again; then it goes on, and hands in what it has.
class LateOutcome {
public:
  explicit LateOutcome(bool unfenced) : options_{.lease_s = 2, .unfenced = unfenced} {}

  void run() {
    sleeper_ = campaign_.start_node(options_);
    campaign_.wait_until_ready(*sleeper_);
    enqueue("late", 1500ms);
    (void)campaign_.wait_for(
      [](const Entry& entry) { return entry.kind == Kind::started && entry.attempt == 1; });
    heir_ = campaign_.start_node(options_);
    campaign_.wait_until_ready(*heir_);
    campaign_.suspend(*sleeper_);
    (void)campaign_.wait_for([&](const Entry& entry) {
      return entry.kind == Kind::started && entry.attempt == 2 && entry.pid == heir_->pid();
    });
    campaign_.resume(*sleeper_);
    (void)campaign_.wait_for([&](const Entry& entry) {
      return entry.kind == Kind::ended && entry.attempt == 1 && entry.pid == sleeper_->pid();
    });
    REQUIRE(campaign_.gets_done());
    (void)campaign_.wait_for(
      [&](const Entry& entry) { return entry.kind == Kind::completed && entry.attempt == 2; });
  }

  /// The only node that is left works.
  void show_that_it_goes_on() {
    campaign_.end(*heir_);
    enqueue("next", 0ms);
    REQUIRE(campaign_
              .wait_for(
                [](const Entry& entry) { return entry.kind == Kind::completed && entry.job == 2; })
              .pid
            == sleeper_->pid());
  }

  void end() { campaign_.end(*sleeper_); }
  [[nodiscard]] Campaign& campaign() noexcept { return campaign_; }
  [[nodiscard]] pid_t sleeper() const { return sleeper_->pid(); }

private:
  void enqueue(const std::string& prefix, std::chrono::microseconds duration) {
    const auto enqueuer =
      campaign_.start_enqueuer({"--prefix", prefix, "--calls", "1", "--duration", in_us(duration)});
    REQUIRE(enqueuer->wait_for_end(patience) == 0);
  }

  Campaign campaign_{};
  NodeOptions options_;
  std::shared_ptr<Process> sleeper_{};
  std::shared_ptr<Process> heir_{};
};

void check_that_long_jobs_run_once(const NodeOptions& options) {
  Campaign campaign;
  INFO(campaign.about());
  const auto owner = campaign.start_node(options);
  const auto other = campaign.start_node(options);
  for (const auto& node : {owner, other})
    campaign.wait_until_ready(*node);
  const auto enqueuer = campaign.start_enqueuer(
    {"--prefix", "long", "--calls", "4", "--duration", in_us(short_or_long(6s, 20s))});
  REQUIRE(enqueuer->wait_for_end(patience) == 0);
  REQUIRE(campaign.gets_done());
  for (const auto& node : {owner, other})
    campaign.end(*node);
  const auto verdict = campaign.verdict();
  INFO(verdict.text());
  REQUIRE(verdict.is_good());
  REQUIRE(verdict.executions == 4);
  campaign.passed();
}

} // namespace

TEST_CASE("a process that stood still beyond its lease is refused, and goes on") {
  LateOutcome late{false};
  INFO(late.campaign().about());
  late.run();
  const auto refused =
    late.campaign().wait_for([](const Entry& entry) { return entry.kind == Kind::refused; });
  REQUIRE(refused.attempt == 1);
  REQUIRE(refused.pid == late.sleeper());
  late.show_that_it_goes_on();
  late.end();
  const auto verdict = late.campaign().verdict();
  INFO(verdict.text());
  REQUIRE(verdict.is_good());
  REQUIRE(verdict.interrupted == 1);
  late.campaign().passed();
}

TEST_CASE("the checker fails where outcomes are not fenced") {
  LateOutcome late{true};
  INFO(late.campaign().about());
  late.run();
  (void)late.campaign().wait_for(
    [](const Entry& entry) { return entry.kind == Kind::completed && entry.attempt == 1; });
  late.end();
  const auto verdict = late.campaign().verdict();
  INFO(verdict.text());
  REQUIRE_FALSE(verdict.is_good());
  REQUIRE_THAT(verdict.text(), has("job 1: was completed by 2 executions"));
  late.campaign().passed();
}

TEST_CASE("jobs that run longer than the lease of their living owner run once") {
  check_that_long_jobs_run_once({.lease_s = 2});
}

TEST_CASE("jobs longer than the lease of their living owner run once behind a pooler") {
  check_that_long_jobs_run_once({.lease_s = 2, .pooled = true});
}
