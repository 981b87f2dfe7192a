#pragma once

#include <zzz_jobs/stores/new_job.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace zzz_jobs {

/// The newest tick of each cron entry and which entries are paused, for stores that
/// keep them in memory; for the meaning see the concept BatchStore.
class CronTicks {
public:
  [[nodiscard]] std::optional<UnixTime> last(std::string_view entry) const {
    const auto found = ticks_.find(entry);
    return found == ticks_.end() ? std::nullopt : std::optional{found->second};
  }
  UnixTime since(std::string_view entry, UnixTime begin) {
    return ticks_.try_emplace(std::string{entry}, begin).first->second;
  }
  /// Whether the tick, or a later one, was fired before.
  [[nodiscard]] bool was_fired(const CronTick& tick) const {
    const auto newest = last(tick.entry);
    return newest && tick.at <= *newest;
  }
  void fired(const CronTick& tick) { ticks_.insert_or_assign(tick.entry, tick.at); }

  /// What passed while it was paused counts as fired.
  void set_paused(std::string_view entry, bool paused, UnixTime now) {
    if (paused) {
      paused_.emplace(entry);
      return;
    }
    const auto found = paused_.find(entry);
    if (found == paused_.end())
      return;
    paused_.erase(found);
    auto& newest = ticks_.try_emplace(std::string{entry}, now).first->second;
    newest = std::max(newest, now);
  }
  [[nodiscard]] bool is_paused(std::string_view entry) const { return paused_.contains(entry); }

private:
  std::map<std::string, UnixTime, std::less<>> ticks_{};
  std::set<std::string, std::less<>> paused_{};
};

} // namespace zzz_jobs
