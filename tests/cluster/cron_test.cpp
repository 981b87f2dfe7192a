#include "cluster/chaos.hpp"
#include "cluster/quick_cron.hpp"
#include "cluster/table.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace zzz_jobs;
using namespace zzz_jobs::cluster;
using namespace std::chrono_literals;

namespace {

/// What the database itself notes, in the transactions that fire ticks.
constexpr const char* audit_sql = R"(
CREATE TABLE cluster.ticks (number BIGSERIAL, tick BIGINT, transaction xid8);
CREATE FUNCTION cluster.note_tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO cluster.ticks (tick, transaction) VALUES (NEW.last_tick, pg_current_xact_id());
  RETURN NULL; END $$;
CREATE TRIGGER note_tick AFTER UPDATE ON cluster.zzz_jobs_cron FOR EACH ROW
  WHEN (NEW.last_tick <> OLD.last_tick) EXECUTE FUNCTION cluster.note_tick();
CREATE TABLE cluster.tick_jobs (number BIGSERIAL, job BIGINT, transaction xid8);
CREATE FUNCTION cluster.note_job() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO cluster.tick_jobs (job, transaction) VALUES (NEW.id, pg_current_xact_id());
  RETURN NULL; END $$;
CREATE TRIGGER note_job AFTER INSERT ON cluster.zzz_jobs FOR EACH ROW
  EXECUTE FUNCTION cluster.note_job();
)";

struct Fired {
  UnixTime tick{};
  std::int64_t job = 0;
};

/// Each tick with the job that was made together with it.
std::vector<Fired> fired_by(support::SqlConnection& connection) {
  std::vector<Fired> all;
  for (const auto& row : connection.rows(
         "SELECT t.tick, j.job FROM (SELECT *, row_number() OVER (PARTITION BY transaction ORDER BY"
         " tick) AS place FROM cluster.ticks) t FULL JOIN (SELECT *, row_number() OVER (PARTITION"
         " BY transaction ORDER BY job) AS place FROM cluster.tick_jobs) j"
         " USING (transaction, place) ORDER BY t.tick"))
    all.push_back({UnixTime{std::chrono::seconds{row.at(0) == "NULL" ? 0 : std::stoll(row.at(0))}},
                   row.at(1) == "NULL" ? 0 : std::stoll(row.at(1))});
  return all;
}

/// Nodes whose minutes are seconds, and what kills them.
class Ticking {
public:
  /// As the tick comes, a little before or after, whoever fired the last one is killed.
  void kill_at(UnixTime tick) {
    wait_until(clock_.machine_us(tick) + campaign_.random(-20, 80) * 1000);
    if (const auto place = place_of_last()) {
      fleet_.replace(*place);
      ++kills_;
    }
  }
  void wait_until(std::int64_t machine_us) const {
    std::this_thread::sleep_for(std::chrono::microseconds{machine_us - now_us()});
  }
  bool has_fired(UnixTime tick) {
    auto connection = campaign_.connect();
    return support::eventually(
      [&] { return connection.value("SELECT max(tick) FROM cluster.ticks") == text_of(tick); },
      patience);
  }
  void end() {
    REQUIRE(campaign_.gets_done());
    fleet_.end();
  }

  std::size_t firing_processes() {
    std::set<pid_t> pids;
    for (const auto& entry : campaign_.entries())
      if (entry.kind == Kind::fired)
        pids.insert(entry.pid);
    return pids.size();
  }
  Campaign& campaign() noexcept { return campaign_; }
  const QuickClock& clock() const noexcept { return clock_; }
  int kills() const noexcept { return kills_; }

private:
  static std::string text_of(UnixTime time) {
    return std::to_string(time.time_since_epoch().count());
  }

  /// Of the one that fired last, of those that live.
  std::optional<std::size_t> place_of_last() {
    const auto& all = campaign_.entries();
    for (auto entry = all.rbegin(); entry != all.rend(); ++entry)
      for (std::size_t place = 0; place < fleet_.size(); ++place)
        if (entry->kind == Kind::fired && entry->pid == fleet_[place].pid())
          return place;
    return std::nullopt;
  }

  /// The tables, with what notes all ticks, before there is a node with an entry.
  static Campaign& with_audit(Campaign& campaign) {
    const auto node = campaign.start_node();
    campaign.wait_until_ready(*node);
    campaign.end(*node);
    campaign.connect().run(audit_sql);
    return campaign;
  }

  Campaign campaign_{};
  std::int64_t begin_us_ = now_us() / 60'000'000 * 60'000'000;
  QuickClock clock_{begin_us_};
  Fleet fleet_{with_audit(campaign_), 4, {.concurrency = 2, .cron_begin_us = begin_us_}};
  int kills_ = 0;
};

/// Each minute from the first one to the last was fired once, with one job; else why not.
std::string problem_of(const std::vector<Fired>& fired) {
  for (std::size_t i = 0; i < fired.size(); ++i) {
    const auto of = " of job " + std::to_string(fired[i].job) + ", tick "
      + std::to_string(fired[i].tick.time_since_epoch().count());
    if (fired[i].job == 0 || fired[i].tick == UnixTime{})
      return "a tick without a job, or a job without a tick:" + of;
    if (fired[i].tick != fired.front().tick + std::chrono::minutes{i})
      return "a minute is missing, or there twice:" + of;
  }
  return "";
}

/// The checker's view: a tick is a payload, acknowledged by its row.
Verdict verdict_of(Campaign& campaign, const std::vector<Fired>& fired) {
  std::map<std::int64_t, std::string> payloads;
  std::vector<Entry> ledger;
  for (const auto& one : fired) {
    payloads[one.job] = "tick-" + std::to_string(one.tick.time_since_epoch().count());
    ledger.push_back({.kind = Kind::acknowledged, .job = one.job, .payload = payloads[one.job]});
  }
  ledger.insert(ledger.end(), campaign.entries().begin(), campaign.entries().end());
  auto connection = campaign.connect();
  auto table = read_table(connection, campaign_schema);
  for (auto& row : table)
    row.payload = payloads[row.id];
  return check(ledger, table);
}

} // namespace

TEST_CASE("each tick fires once though whoever fired last is killed at every third") {
  const int ticks = short_or_long(30, 200);
  Ticking nodes;
  INFO(nodes.campaign().about());
  const auto first = std::chrono::floor<std::chrono::minutes>(nodes.clock().now()) + 1min;
  for (int tick = 0; tick < ticks; ++tick)
    if (tick % 3 == 2)
      nodes.kill_at(first + std::chrono::minutes{tick});
  const UnixTime last = first + std::chrono::minutes{ticks - 1};
  nodes.wait_until(nodes.clock().machine_us(last));
  REQUIRE(nodes.has_fired(last));
  nodes.end();

  auto connection = nodes.campaign().connect();
  const auto fired = fired_by(connection);
  REQUIRE(problem_of(fired) == "");
  REQUIRE(fired.front().tick <= first);
  REQUIRE(fired.back().tick >= last);
  const auto verdict = verdict_of(nodes.campaign(), fired);
  INFO(verdict.text());
  std::printf("%zu ticks, fired by %zu processes, %d of them killed; %s", fired.size(),
              nodes.firing_processes(), nodes.kills(), verdict.text().c_str());
  REQUIRE(verdict.is_good());
  REQUIRE(verdict.acknowledged == fired.size());
  REQUIRE(nodes.kills() >= ticks / 3 - 1);
  REQUIRE(verdict.interrupted > 0);
  REQUIRE(nodes.firing_processes() > 3);
  // It can fail: one more job, as of a tick that counted twice.
  connection.run("INSERT INTO cluster.zzz_jobs (worker, args) VALUES ('planned', 'x 0 straight')");
  REQUIRE_THAT(problem_of(fired_by(connection)), support::has("without a tick"));
  nodes.campaign().passed();
}
