// A node that is told to end, by SIGTERM: what it does until then, and what becomes of
// the jobs that it cannot end.
#include "nodes/campaign/nodes_at_work.hpp"

#include "cluster/plan.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <zzz_jobs/nodes/control/control_client.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <set>
#include <string>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::test;
using namespace std::chrono_literals;
using cluster::Course;
using cluster::Entry;
using Noted = cluster::Kind;
using Steady = std::chrono::steady_clock;

namespace {

constexpr int slots = 4;
constexpr auto shutdown_timeout = 3s;
constexpr auto stop_grace = 1s;
constexpr std::size_t desk = 0; ///< a gateway that works no queue
constexpr std::size_t heir = 2; ///< begins when the other one has jobs
constexpr std::size_t peer = 1;
constexpr std::size_t guest = 3;

/// One node works; it is told to end while another one is there to take over.
class Stop {
public:
  explicit Stop(std::size_t victim) : victim_(victim) {
    desk_ = started(desk);
    process_ = started(victim_);
  }

  /// Jobs that the node has, and keeps.
  void occupy(Course course, int jobs) {
    for (int i = 0; i < jobs; ++i)
      held_.insert(enqueue({.payload = "held-" + std::to_string(i), .course = course}));
    REQUIRE(campaign_.comes([this, begun = std::set<std::int64_t>{}](const Entry& entry) mutable {
      if (entry.kind == Noted::started && held_.contains(entry.job))
        begun.insert(entry.job);
      return begun.size() == held_.size();
    }));
    heir_ = started(heir);
  }

  /// Enqueues all the while. @returns how long it took.
  std::chrono::milliseconds terminate() {
    told_us_ = cluster::now_us();
    const auto told = Steady::now();
    process_->signal(SIGTERM);
    const auto end = told + cluster::patience;
    for (int i = 0; !support::eventually([&] { return process_->has_ended(); }, 10ms); ++i) {
      REQUIRE(Steady::now() < end);
      enqueue({.payload = "more-" + std::to_string(i), .duration = 10ms});
    }
    const auto took = std::chrono::ceil<std::chrono::milliseconds>(Steady::now() - told);
    ended_us_ = cluster::now_us();
    return took;
  }

  /// What the node began after it was told, and had time to hear it.
  [[nodiscard]] int begun_after() {
    int count = 0;
    for (const auto& entry : campaign_.entries())
      if (entry.kind == Noted::started && entry.pid == process_->pid()
          && entry.time_us > told_us_ + 1'000'000)
        ++count;
    return count;
  }
  /// What the other one began meanwhile.
  [[nodiscard]] int begun_elsewhere() {
    int count = 0;
    for (const auto& entry : campaign_.entries())
      if (entry.kind == Noted::started && entry.pid == heir_->pid() && entry.time_us < ended_us_)
        ++count;
    return count;
  }
  /// How long it took, after the node had ended, until all that it held ran elsewhere.
  [[nodiscard]] std::chrono::milliseconds taken_over() {
    std::int64_t last_us = ended_us_;
    REQUIRE(campaign_.comes([&, begun = std::set<std::int64_t>{}](const Entry& entry) mutable {
      if (entry.kind == Noted::started && entry.pid == heir_->pid() && held_.contains(entry.job)
          && begun.insert(entry.job).second)
        last_us = std::max(last_us, entry.time_us);
      return begun.size() == held_.size();
    }));
    return std::chrono::ceil<std::chrono::milliseconds>(
      std::chrono::microseconds{last_us - ended_us_});
  }
  /// All is done, and no attempt of what was interrupted is used but the last.
  void conclude(bool deaf) {
    REQUIRE(campaign_.gets_done());
    auto connection = campaign_.connect();
    for (const auto job : held_)
      CHECK(connection.value("SELECT attempt - free_attempts FROM cluster.zzz_jobs WHERE id = "
                             + std::to_string(job))
            == "1");
    CHECK(connection.value("SELECT count(*) FROM cluster.zzz_jobs WHERE errors <> '[]'") == "0");
    campaign_.end(*heir_);
    campaign_.end(*desk_);
    // Of a handler that hears nothing no end is noted: its process ended before it.
    if (deaf)
      campaign_.note({.kind = Noted::killed, .pid = process_->pid()});
    const auto verdict = campaign_.verdict();
    INFO(verdict.text());
    REQUIRE(verdict.is_good());
    REQUIRE(verdict.refused == 0);
    campaign_.passed();
  }
  [[nodiscard]] std::string about() const { return campaign_.about(); }
  [[nodiscard]] cluster::Process& process() noexcept { return *process_; }

private:
  std::shared_ptr<cluster::Process> started(std::size_t place) {
    auto process = nodes_.start(campaign_, place);
    campaign_.wait_until_ready(*process);
    return process;
  }

  static std::string section() {
    return "shutdown_timeout = " + std::to_string(shutdown_timeout / 1ms)
      + "\nstop_grace = " + std::to_string(stop_grace / 1ms) + "\n";
  }

  /// Through the node that works nothing.
  std::int64_t enqueue(const cluster::Plan& plan) {
    const nlohmann::json job{{"worker", cluster::worker_name}, {"args", cluster::to_args(plan)}};
    const auto answer =
      client_.call({.method = "POST", .path = "/api/v1/jobs", .body = job.dump()});
    INFO(answer.body);
    REQUIRE(answer.status == 201);
    const std::int64_t id = nlohmann::json::parse(answer.body).at("id");
    campaign_.note({.kind = Noted::acknowledged, .job = id, .payload = plan.payload});
    return id;
  }

  std::size_t victim_;
  Ground ground_{Ground::Kind::loopback, 4};
  cluster::Campaign campaign_{ground_.database()};
  NodesAtWork nodes_{
    campaign_,
    ground_,
    {.peers = 3, .guests = 1, .concurrency = slots, .idle = {desk}, .node_section = section()}};
  ControlClient client_{nodes_.socket(desk)};
  std::shared_ptr<cluster::Process> desk_{};
  std::shared_ptr<cluster::Process> process_{};
  std::shared_ptr<cluster::Process> heir_{};
  std::set<std::int64_t> held_{};
  std::int64_t told_us_ = 0;
  std::int64_t ended_us_ = 0;
};

void print(const char* who, std::chrono::milliseconds stop, std::chrono::milliseconds taken_over) {
  std::printf("a %s ended %lld ms after SIGTERM, its jobs ran elsewhere %lld ms later\n", who,
              static_cast<long long>(stop.count()), static_cast<long long>(taken_over.count()));
}

} // namespace

TEST_CASE("a node that is told to end claims nothing more, and ends in time", "[stop]") {
  const auto victim = GENERATE(peer, guest);
  const auto course = GENERATE(Course::lingers, Course::deaf);
  Stop stop{victim};
  INFO(stop.about());
  // Some of its slots stay free: it could run more, until it is told.
  stop.occupy(course, slots - 2);
  const auto took = stop.terminate();
  const auto taken_over = stop.taken_over();
  print(victim == guest ? "guest" : "peer", took, taken_over);
  CHECK(took >= shutdown_timeout); // its handlers had their time
  CHECK(took <= shutdown_timeout + stop_grace + 2s);
  CHECK(stop.process().wait_for_end(0s) == (course == Course::deaf ? 1 : 0));
  CHECK(stop.begun_after() == 0);
  CHECK(stop.begun_elsewhere() > 0);
  CHECK(taken_over <= 2s);
  stop.conclude(course == Course::deaf);
}
