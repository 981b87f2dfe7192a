#pragma once

#include <zzz_jobs/actors/notice.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace zzz_jobs::node {

/// Keeps a busy node from telling others of every job: what says nothing but "look
/// again" goes out at once, then at most once in a while, and never not at all.
class NoticePace {
public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds interval{10};

  /// Whether to tell it now; if not, `due` gives it out later.
  [[nodiscard]] bool may_go(const Notice& notice, Time now);
  /// When `due` has something; none: nothing is held back.
  [[nodiscard]] std::optional<Time> next() const;
  /// What was held back long enough.
  [[nodiscard]] std::vector<Notice> due(Time now);

private:
  struct Told {
    Time at{};
    std::optional<Notice> held_back{};
  };
  std::map<std::string, Told> told_{}; ///< by kind and queue
};

} // namespace zzz_jobs::node
