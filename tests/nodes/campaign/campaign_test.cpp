// A cluster of zzz-jobs processes, what happens to it, and a ledger of the truth; see
// README.md.
#include "nodes/campaign/completions.hpp"
#include "nodes/campaign/node_enqueuer.hpp"
#include "nodes/campaign/nodes_at_work.hpp"
#include "nodes/campaign/trouble.hpp"

#include "cluster/chaos.hpp"
#include "cluster/table.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

using namespace zzz_jobs;
using namespace zzz_jobs::node::test;
using namespace std::chrono_literals;
using cluster::Entry;
using Noted = cluster::Kind;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::size_t jobs_wanted = 20'000;
constexpr auto resume_limit = 10s;

/// Jobs come all the while: one by one and in bulk past all nodes, straight into the
/// database, and through nodes. They are the longer, the more time there is.
class Load {
public:
  Load(cluster::Campaign& campaign, const NodesAtWork& nodes)
    : campaign_(campaign), stretch_(cluster::short_or_long(5, 20)),
      programs_{
        start("single", {"--threads", "2", "--rate", "5"}),
        start("bulk", {"--many", std::to_string(cluster::short_or_long(110, 12)), "--rate", "5"})} {
    for (const auto& program : programs_)
      campaign.wait_until_ready(*program);
    through_nodes_.emplace(campaign, nodes, NodeEnqueuer::Pace{.stretch = stretch_});
  }
  void end() {
    for (const auto& program : programs_)
      campaign_.end(*program);
    through_nodes_->end();
    REQUIRE(through_nodes_->failure() == "");
  }

private:
  std::shared_ptr<cluster::Process> start(const std::string& prefix,
                                          cluster::EnqueuerOptions options) {
    options.insert(options.end(), {"--prefix", prefix, "--stretch", std::to_string(stretch_)});
    return campaign_.start_enqueuer(options);
  }

  cluster::Campaign& campaign_;
  int stretch_;
  std::vector<std::shared_ptr<cluster::Process>> programs_;
  std::optional<NodeEnqueuer> through_nodes_{};
};

class Run {
public:
  explicit Run(Ground::Kind kind) : ground_(kind, 5) {
    INFO(campaign_.about());
    auto connection = campaign_.connect();
    count_completions(connection, cluster::campaign_schema);
  }

  void run() {
    Load load{campaign_, nodes_};
    Trouble trouble{campaign_, ground_, fleet_};
    const auto end = Steady::now() + cluster::short_or_long(35s, 280s);
    while (Steady::now() < end)
      trouble.step();
    wait_until_resumed(trouble.end());
    CHECK(support::eventually([&] { return tended() && acknowledged() >= jobs_wanted; },
                              cluster::patience));
    load.end();
    const bool is_done =
      support::eventually([&] { return tended() && campaign_.gets_done(0s); }, cluster::patience);
    if (is_done)
      fleet_.end();
    judge(is_done);
  }

private:
  bool tended() {
    fleet_.tend();
    return true;
  }

  std::size_t acknowledged() {
    const auto& all = campaign_.entries();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const Entry& entry) {
      return entry.kind == Noted::acknowledged;
    }));
  }

  /// Until each of the nodes has begun a job since.
  void wait_until_resumed(std::int64_t since_us) {
    std::set<pid_t> resumed;
    std::int64_t last_us = 0;
    std::size_t seen = 0;
    const bool is_so = support::eventually(
      [&] {
        fleet_.tend();
        const auto& all = campaign_.entries();
        for (; seen < all.size(); ++seen)
          if (const auto& entry = all[seen]; entry.kind == Noted::started
              && entry.time_us >= since_us && is_there(entry.pid)
              && resumed.insert(entry.pid).second)
            last_us = entry.time_us;
        return resumed.size() == nodes_.size();
      },
      cluster::patience);
    CHECK(is_so);
    const auto took = std::chrono::microseconds{last_us - since_us};
    std::printf("all nodes worked again after %lld ms\n",
                static_cast<long long>(std::chrono::ceil<std::chrono::milliseconds>(took).count()));
    CHECK(took <= resume_limit);
  }

  bool is_there(pid_t pid) {
    for (std::size_t place = 0; place < nodes_.size(); ++place)
      if (fleet_[place].pid() == pid)
        return true;
    return false;
  }

  void judge(bool is_done) {
    auto connection = campaign_.connect();
    const auto& ledger = campaign_.entries();
    const auto verdict = campaign_.verdict();
    std::printf("%s", verdict.text().c_str());
    INFO(campaign_.about());
    INFO(verdict.text());
    check_trouble(ledger);
    REQUIRE(is_done);
    REQUIRE(verdict.is_good());
    REQUIRE(verdict.acknowledged >= jobs_wanted);
    REQUIRE(verdict.interrupted > 0);
    if (cluster::is_long())
      REQUIRE(verdict.refused > 0);
    const auto problems = problems_of_completions(connection, cluster::campaign_schema, ledger);
    REQUIRE(problems == std::vector<std::string>{});
    check_that_it_can_fail(connection);
    campaign_.passed();
  }

  /// Each kind met jobs.
  void check_trouble(const std::vector<Entry>& ledger) {
    auto counts = count_trouble(ledger);
    for (const auto kind : {Noted::killed, Noted::cut, Noted::suspended, Noted::crashed}) {
      std::printf("%s: %d times, %d of them with jobs under way\n",
                  std::string{to_string(kind)}.c_str(), counts[kind].times, counts[kind].met);
      if (kind != Noted::cut || ground_.has_links())
        CHECK(counts[kind].met > 0);
    }
    std::set<pid_t> guests;
    for (const auto& entry : ledger)
      if (entry.kind == Noted::ready && entry.how == cluster::role::guest)
        guests.insert(entry.pid);
    const auto by_guests = std::count_if(ledger.begin(), ledger.end(), [&](const Entry& entry) {
      return entry.kind == Noted::completed && guests.contains(entry.pid);
    });
    std::printf("%lld completions by guests\n", static_cast<long long>(by_guests));
    CHECK(by_guests > 1000);
  }

  /// The same with one thing wrong: it is found.
  void check_that_it_can_fail(support::SqlConnection& connection) {
    const auto& ledger = campaign_.entries();
    auto table = cluster::read_table(connection, cluster::campaign_schema);
    const auto last = table.back();
    auto twice = ledger;
    twice.push_back({.kind = Noted::completed, .job = last.id, .attempt = last.attempt + 1});
    CHECK_FALSE(cluster::check(twice, table).is_good());
    CHECK(problems_of_completions(connection, cluster::campaign_schema, twice).size() == 1);
    table.pop_back();
    CHECK_FALSE(cluster::check(ledger, table).is_good());
    connection.run("UPDATE cluster.zzz_jobs SET state = 2 WHERE id = " + std::to_string(last.id));
    CHECK(problems_of_completions(connection, cluster::campaign_schema, ledger).size() == 1);
  }

  Ground ground_;
  cluster::Campaign campaign_{ground_.database()};
  NodesAtWork nodes_{campaign_, ground_, {}};
  cluster::Fleet fleet_{campaign_, nodes_.size(),
                        [this](std::size_t place) { return nodes_.start(campaign_, place); }};
};

/// Why no link can be cut here; empty where they can.
std::string obstacle() {
  if (std::getenv("ZZZ_TEST_LOOPBACK") != nullptr)
    return "ZZZ_TEST_LOOPBACK is set";
  return OwnNetwork::obstacle();
}

/// Said even where the test passes: a run that shows less than it could is no secret. The
/// whole campaign of somebody who may have namespaces must not show less.
Ground::Kind ground_here() {
  const auto reason = obstacle();
  if (reason.empty())
    return Ground::Kind::namespaces;
  const auto text = "NO LINK IS CUT in this campaign: it runs without network namespaces, on "
                    "loopback, because: "
    + reason;
  std::fprintf(stderr, "\n*** %s ***\n\n", text.c_str());
  WARN(text);
  if (cluster::is_long() && geteuid() == 0)
    FAIL("as root and with ZZZ_JOBS_LONG set, links must be cut: it takes iproute2, CAP_NET_ADMIN "
         "and CAP_SYS_ADMIN, and no ZZZ_TEST_LOOPBACK");
  return Ground::Kind::loopback;
}

} // namespace

TEST_CASE("no job is lost or misreported by a cluster of nodes, whatever happens to it",
          "[campaign]") {
  Run{ground_here()}.run();
}
