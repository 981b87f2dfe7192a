#include "nodes/campaign/trouble.hpp"

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

namespace zzz_jobs::node::test {

namespace {

using namespace std::chrono_literals;
using cluster::Entry;
using Noted = cluster::Kind;
using Steady = std::chrono::steady_clock;

constexpr std::size_t away_max = 2;

} // namespace

Trouble::Trouble(cluster::Campaign& campaign, Ground& ground, cluster::Fleet& fleet)
  : campaign_(campaign), ground_(ground), fleet_(fleet) {}

void Trouble::step() {
  const auto next = Steady::now() + std::chrono::milliseconds{campaign_.random(200, 1500)};
  while (Steady::now() < next) {
    bring_back_due();
    fleet_.tend();
    std::this_thread::sleep_for(10ms);
  }
  happen(draw());
}

/// Each kind comes as often as it is in the deck, in an order of the seed's.
Trouble::Kind Trouble::draw() {
  if (deck_.empty())
    shuffle_deck();
  auto card = deck_.end() - 1;
  // Enough are away: what sends nobody away comes first.
  while (away_.size() >= away_max && (*card == Kind::cut || *card == Kind::suspend))
    if (card-- == deck_.begin())
      return Kind::kill;
  const auto kind = *card;
  deck_.erase(card);
  return kind;
}

void Trouble::shuffle_deck() {
  deck_ = {Kind::kill, Kind::kill, Kind::kill, Kind::suspend, Kind::suspend, Kind::crash};
  if (ground_.has_links())
    deck_.insert(deck_.end(), {Kind::cut, Kind::cut});
  std::shuffle(deck_.begin(), deck_.end(), campaign_.random());
}

void Trouble::happen(Kind kind) {
  switch (kind) {
    case Kind::kill: kill(fleet_.random_place()); break;
    case Kind::cut:
    case Kind::suspend: send_away(kind, random_place_at_work()); break;
    case Kind::crash: crash(); break;
  }
}

std::size_t Trouble::random_place_at_work() {
  for (;;)
    if (const auto place = fleet_.random_place(); !away_.contains(place))
      return place;
}

/// Who takes the place of one whose link is down has none either.
void Trouble::kill(std::size_t place) {
  fleet_.replace(place);
  const auto found = away_.find(place);
  if (found == away_.end())
    return;
  if (found->second.kind == Kind::cut)
    campaign_.note({.kind = Noted::cut, .pid = fleet_[place].pid()});
  else
    away_.erase(found);
}

/// The line of the ledger is written before: what others do because of it comes after.
void Trouble::send_away(Kind kind, std::size_t place) {
  const auto& node = fleet_[place];
  away_[place] = {.kind = kind,
                  .until = Steady::now() + std::chrono::milliseconds{campaign_.random(4000, 8000)}};
  if (kind == Kind::suspend) {
    campaign_.suspend(node);
    return;
  }
  campaign_.note({.kind = Noted::cut, .pid = node.pid()});
  ground_.cut(place);
}

void Trouble::bring_back(std::size_t place) {
  const auto& node = fleet_[place];
  if (away_.at(place).kind == Kind::suspend) {
    campaign_.resume(node);
  } else {
    ground_.join(place);
    campaign_.note({.kind = Noted::joined, .pid = node.pid()});
  }
  away_.erase(place);
}

void Trouble::bring_back_due() {
  std::vector<std::size_t> due;
  for (const auto& [place, absence] : away_)
    if (Steady::now() >= absence.until)
      due.push_back(place);
  for (const auto place : due)
    bring_back(place);
}

void Trouble::crash() {
  campaign_.server().stop_immediately();
  campaign_.note({.kind = Noted::crashed, .pid = campaign_.server().pid()});
  std::this_thread::sleep_for(std::chrono::milliseconds{campaign_.random(0, 2000)});
  campaign_.server().start();
}

std::int64_t Trouble::end() {
  while (!away_.empty())
    bring_back(away_.begin()->first);
  return cluster::now_us();
}

std::map<Noted, Count> count_trouble(const std::vector<Entry>& ledger) {
  std::map<Noted, Count> counts;
  std::map<pid_t, std::set<std::int64_t>> running; // by processes that are ready
  for (const auto& entry : ledger)
    switch (entry.kind) {
      case Noted::ready: running[entry.pid]; break;
      case Noted::started: running[entry.pid].insert(entry.job); break;
      case Noted::ended: running[entry.pid].erase(entry.job); break;
      case Noted::killed:
      case Noted::cut:
      case Noted::suspended: {
        const auto node = running.find(entry.pid);
        if (node == running.end()) // it begins where the link is down
          break;
        auto& count = counts[entry.kind];
        ++count.times;
        count.met += node->second.empty() ? 0 : 1;
        if (entry.kind == Noted::killed)
          running.erase(entry.pid);
        break;
      }
      case Noted::crashed: {
        auto& count = counts[entry.kind];
        ++count.times;
        count.met += std::any_of(running.begin(), running.end(),
                                 [](const auto& node) { return !node.second.empty(); })
          ? 1
          : 0;
        break;
      }
      default: break;
    }
  return counts;
}

} // namespace zzz_jobs::node::test
