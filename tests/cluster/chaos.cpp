#include "cluster/chaos.hpp"

#include "support/eventually.hpp"

#include <fstream>
#include <stdexcept>
#include <utility>

namespace zzz_jobs::cluster {

namespace {

using namespace std::chrono_literals;

constexpr int try_again = 75; // EX_TEMPFAIL
const std::string our_sessions = "application_name LIKE 'zzz_jobs%'";

} // namespace

Fleet::Fleet(Campaign& campaign, std::size_t size, Start start)
  : campaign_(campaign), start_(std::move(start)), nodes_(size) {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    this->start(i);
  for (const auto& node : nodes_)
    campaign_.wait_until_ready(*node);
}

Fleet::Fleet(Campaign& campaign, int size, NodeOptions options)
  : Fleet(campaign, static_cast<std::size_t>(size),
          [&campaign, options](std::size_t) { return campaign.start_node(options); }) {}

void Fleet::start(std::size_t place) {
  nodes_[place] = start_(place);
  logs_.push_back(nodes_[place]->log());
}

int Fleet::tend() {
  int count = 0;
  for (std::size_t place = 0; place < nodes_.size(); ++place) {
    auto& node = *nodes_[place];
    if (!node.has_ended())
      continue;
    if (node.wait_for_end(0ms) != try_again)
      throw std::runtime_error("process " + std::to_string(node.pid())
                               + " has ended by itself; see " + node.log().string());
    start(place);
    ++count;
  }
  return count;
}

std::size_t Fleet::random_place() {
  return static_cast<std::size_t>(campaign_.random(0, static_cast<int>(nodes_.size()) - 1));
}

void Fleet::replace(std::size_t place) {
  campaign_.kill(*nodes_[place]);
  start(place);
}

void Fleet::renew(std::size_t place) {
  campaign_.end(*nodes_[place]);
  start(place);
  campaign_.wait_until_ready(*nodes_[place]);
}

void Fleet::end() {
  for (const auto& node : nodes_)
    campaign_.end(*node);
}

void SessionKiller::end_any() {
  const auto ended = connection_.rows(
    "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE " + our_sessions
    + " ORDER BY md5(pid::text || " + std::to_string(campaign_.random(0, 1'000'000))
    + "::text) LIMIT 1) one");
  ended_ += static_cast<int>(ended.size());
}

void SessionKiller::end_all(const std::function<void()>& while_away) {
  support::SqlConnection elsewhere{campaign_.server().url("postgres", "template1")};
  elsewhere.run("ALTER DATABASE postgres ALLOW_CONNECTIONS false");
  ended_ += static_cast<int>(
    elsewhere.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE " + our_sessions)
      .size());
  while_away();
  elsewhere.run("ALTER DATABASE postgres ALLOW_CONNECTIONS true");
}

void SessionKiller::hold_commits(bool on) {
  connection_.run("ALTER SYSTEM SET synchronous_standby_names = '" + std::string{on ? "*" : ""}
                  + "'");
  connection_.run("SELECT pg_reload_conf()");
}

void SessionKiller::end_in_commit() {
  const auto in_commit = our_sessions + " AND wait_event = 'SyncRep'";
  hold_commits(true);
  // Nobody commits where nothing is to be done: then there is nothing to hit.
  const bool are_there = support::eventually(
    [&] {
      return connection_.value("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE " + in_commit
                               + ")")
        == "t";
    },
    1s);
  if (are_there)
    ended_in_commit_ += static_cast<int>(
      connection_.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE " + in_commit)
        .size());
  hold_commits(false);
}

LogCount count_log(const std::filesystem::path& log) {
  LogCount count;
  std::ifstream lines{log};
  for (std::string line; std::getline(lines, line); ++count.lines) {
    const auto has = [&](const char* name) { return line.find(name) != std::string::npos; };
    count.failed += has(" store_failed ") || has(" store_watch_lost ") ? 1 : 0;
    count.recovered += has(" store_recovered ") || has(" store_watch_recovered") ? 1 : 0;
  }
  return count;
}

bool has_recovered(const std::filesystem::path& log) {
  const auto count = count_log(log);
  return count.failed == count.recovered;
}

} // namespace zzz_jobs::cluster
