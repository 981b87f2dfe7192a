#pragma once

#include "cluster/campaign.hpp"
#include "cluster/chaos.hpp"
#include "nodes/campaign/ground.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace zzz_jobs::node::test {

/// What happens to a cluster, one thing after the other as the campaign's seed has it.
/// All of it is in the ledger. Things overlap, but never are more than two nodes away
/// at once.
class Trouble {
public:
  enum class Kind : std::uint8_t {
    kill,    ///< `kill -9`, and another process takes its place
    cut,     ///< a node's link is down for a while: nothing answers
    suspend, ///< a process stands still for longer than its lease
    crash,   ///< the database's server ends in the middle of everything, and is started again
  };
  Trouble(cluster::Campaign& campaign, Ground& ground, cluster::Fleet& fleet);

  /// Waits for a moment, and then the next thing happens.
  void step();
  /// All is as it should be again, with the first moment at which it was.
  std::int64_t end();

private:
  using Time = std::chrono::steady_clock::time_point;
  struct Absence {
    Kind kind{};
    Time until{};
  };
  [[nodiscard]] Kind draw();
  void shuffle_deck();
  void happen(Kind kind);
  void kill(std::size_t place);
  void send_away(Kind kind, std::size_t place);
  void bring_back(std::size_t place);
  void bring_back_due();
  void crash();
  /// Which is there.
  [[nodiscard]] std::size_t random_place_at_work();

  cluster::Campaign& campaign_;
  Ground& ground_;
  cluster::Fleet& fleet_;
  std::vector<Kind> deck_{};
  std::map<std::size_t, Absence> away_{}; ///< by place
};

/// How often a thing happened, and how often it met a job under way.
struct Count {
  int times = 0;
  int met = 0;
};
/// By what stands in the ledger: killed, cut, suspended, crashed.
[[nodiscard]] std::map<cluster::Kind, Count>
count_trouble(const std::vector<cluster::Entry>& ledger);

} // namespace zzz_jobs::node::test
