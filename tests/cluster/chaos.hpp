#pragma once

#include "cluster/campaign.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

// What happens to nodes and their database.

namespace zzz_jobs::cluster {

/// Nodes that are there again after each kill.
class Fleet {
public:
  /// Starts the process of a place.
  using Start = std::function<std::shared_ptr<Process>(std::size_t place)>;
  Fleet(Campaign& campaign, std::size_t size, Start start);
  /// Of `cluster_node`.
  Fleet(Campaign& campaign, int size, NodeOptions options = {});

  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
  [[nodiscard]] Process& operator[](std::size_t i) { return *nodes_.at(i); }
  [[nodiscard]] std::size_t random_place();
  /// One of them dies, and a new one takes its place.
  void replace(std::size_t place);
  /// One of them ends in good order, and a new one takes its place.
  void renew(std::size_t place);
  /// Those that have ended because their store could not be had are started again, as
  /// by whatever starts services; says how many. Throws where one ended otherwise.
  int tend();
  void end(); ///< all, in good order
  /// The logs of all that were there.
  [[nodiscard]] const std::vector<std::filesystem::path>& logs() const noexcept { return logs_; }

private:
  void start(std::size_t place);

  Campaign& campaign_;
  Start start_;
  std::vector<std::shared_ptr<Process>> nodes_;
  std::vector<std::filesystem::path> logs_{};
};

/// Ends sessions of ours on the server, as an operator or a failing network does.
class SessionKiller {
public:
  explicit SessionKiller(Campaign& campaign)
    : campaign_(campaign), connection_(campaign.connect()) {}

  /// One session, whatever it does.
  void end_any();
  /// All of them, and none can begin until the end of `while_away`, as where the
  /// network is down; the server itself knows of nothing.
  void end_all(const std::function<void()>& while_away);
  /// All commits are held back, as where a standby does not confirm, until some
  /// are: then those sessions end. The server has committed, and nobody was told.
  void end_in_commit();

  [[nodiscard]] int ended() const noexcept { return ended_; }
  [[nodiscard]] int ended_in_commit() const noexcept { return ended_in_commit_; }

private:
  void hold_commits(bool on);

  Campaign& campaign_;
  support::SqlConnection connection_;
  int ended_ = 0;
  int ended_in_commit_ = 0;
};

/// What nodes said of outages: of turns, and of the watch.
struct LogCount {
  int lines = 0;
  int failed = 0;
  int recovered = 0;
};
[[nodiscard]] LogCount count_log(const std::filesystem::path& log);
/// Who has said that its store failed has also said that this is over.
[[nodiscard]] bool has_recovered(const std::filesystem::path& log);

} // namespace zzz_jobs::cluster
