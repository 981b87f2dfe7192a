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
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

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

/// Jobs that come one after the other, each when the one before has begun, before a node
/// that has said that it is stopping must have told its queue so. It has but one message
/// to send for that, so that no load of the machine makes it last longer.
constexpr int jobs_until_drained = 5;

/// Every claim, by the database itself: an outcome clears what the row says of it.
void record_claims(support::SqlConnection& connection) {
  connection.run("CREATE TABLE cluster.claims (job BIGINT, node BIGINT);"
                 "CREATE FUNCTION cluster.claimed() RETURNS trigger LANGUAGE plpgsql AS $$"
                 " BEGIN INSERT INTO cluster.claims VALUES (NEW.id, NEW.node);"
                 " RETURN NULL; END $$;"
                 "CREATE TRIGGER inserted AFTER INSERT ON cluster.zzz_jobs FOR EACH ROW"
                 " WHEN (NEW.state = 1) EXECUTE FUNCTION cluster.claimed();"
                 "CREATE TRIGGER claimed AFTER UPDATE ON cluster.zzz_jobs FOR EACH ROW"
                 " WHEN (NEW.state = 1 AND NEW.attempt > OLD.attempt)"
                 " EXECUTE FUNCTION cluster.claimed()");
}

/// One node works; it is told to end while another one is there to take over.
class Stop {
public:
  explicit Stop(std::size_t victim) : victim_(victim) {
    desk_ = started(desk);
    auto connection = campaign_.connect();
    record_claims(connection);
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
    look_up_owner(); // now it has said who it is
    heir_ = started(heir);
  }

  /// Enqueues all the while. @returns how long it took.
  std::chrono::milliseconds terminate() {
    const auto told = Steady::now();
    process_->signal(SIGTERM);
    bool has_said = false;
    for (int i = 0; !support::eventually([&] { return process_->has_ended(); }, 10ms); ++i) {
      REQUIRE(Steady::now() < told + cluster::patience);
      const auto job = enqueue({.payload = "more-" + std::to_string(i), .duration = 10ms});
      if (has_said)
        after_.push_back(job);
      has_said = has_said || says_that_it_stops();
      if (after_.size() <= jobs_until_drained)
        REQUIRE(campaign_.comes(
          [job](const Entry& entry) { return entry.kind == Noted::started && entry.job == job; }));
    }
    ended_us_ = cluster::now_us();
    return std::chrono::ceil<std::chrono::milliseconds>(Steady::now() - told);
  }

  /// @returns how long it took, with nothing enqueued.
  std::chrono::milliseconds terminate_in_silence() {
    const auto told = Steady::now();
    process_->signal(SIGTERM);
    REQUIRE(support::eventually([&] { return process_->has_ended(); }, cluster::patience));
    ended_us_ = cluster::now_us();
    return std::chrono::ceil<std::chrono::milliseconds>(Steady::now() - told);
  }

  struct Claims {
    std::size_t before = 0; ///< of what it held
    std::size_t jobs = 0;   ///< that came when it claimed nothing any more
    std::size_t after = 0;  ///< of these all the same
  };
  [[nodiscard]] Claims claims() {
    Claims claims;
    for (const auto job : held_)
      claims.before += has_claimed(job) ? 1 : 0;
    for (std::size_t i = jobs_until_drained; i < after_.size(); ++i, ++claims.jobs)
      claims.after += has_claimed(after_[i]) ? 1 : 0;
    return claims;
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
  /// All of what it held runs elsewhere and is done; it may have cost an attempt.
  void conclude_after_outage() {
    (void)taken_over();
    REQUIRE(campaign_.gets_done());
    campaign_.end(*heir_);
    campaign_.passed();
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
  [[nodiscard]] support::PostgresServer& server() noexcept { return campaign_.server(); }

private:
  /// Claims for a guest are those of its gateway, which works nothing itself.
  void look_up_owner() {
    const auto name = "peer-" + std::to_string(victim_ == guest ? desk : victim_);
    owner_ = campaign_.connect().value("SELECT max(id) FROM cluster.zzz_jobs_nodes WHERE name = '"
                                       + name + "' OR label = '" + name + "'");
  }
  [[nodiscard]] bool has_claimed(std::int64_t job) {
    return campaign_.connect().value("SELECT count(*) FROM cluster.claims WHERE job = "
                                     + std::to_string(job) + " AND node = " + owner_)
      != "0";
  }
  [[nodiscard]] bool says_that_it_stops() const {
    std::ifstream log{process_->log()};
    const std::string text{std::istreambuf_iterator<char>{log}, {}};
    return text.find("node_stopping") != std::string::npos;
  }

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
  std::string owner_{};               ///< of its claims
  std::vector<std::int64_t> after_{}; ///< enqueued when it had said that it stops
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
  const auto claims = stop.claims();
  CHECK(claims.before == slots - 2);
  CHECK(claims.jobs > 0);
  CHECK(claims.after == 0);
  CHECK(stop.begun_elsewhere() > 0);
  CHECK(taken_over <= 2s);
  stop.conclude(course == Course::deaf);
}

TEST_CASE("a node that is told to end ends in time though its store is away", "[stop]") {
  const auto victim = GENERATE(peer, guest);
  const bool stands_still = GENERATE(false, true); // it is there and does not answer
  Stop stop{victim};
  INFO(stop.about());
  stop.occupy(Course::lingers, slots - 2);
  stands_still ? stop.server().suspend() : stop.server().stop();
  const auto took = stop.terminate_in_silence();
  std::printf("a %s whose store was away ended %lld ms after SIGTERM\n",
              victim == guest ? "guest" : "peer", static_cast<long long>(took.count()));
  stands_still ? stop.server().resume() : stop.server().start();
  CHECK(took <= shutdown_timeout + stop_grace + 2s);
  stop.conclude_after_outage();
}
