#pragma once

#include <zzz_jobs/stores/new_job.hpp>

#include <functional>
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
  [[nodiscard]] std::optional<UnixTime> last(std::string_view entry) const;
  UnixTime since(std::string_view entry, UnixTime begin);
  /// Whether the tick, or a later one, was fired before.
  [[nodiscard]] bool was_fired(const CronTick& tick) const;
  void fired(const CronTick& tick);

  /// What passed while it was paused counts as fired.
  void set_paused(std::string_view entry, bool paused, UnixTime now);
  [[nodiscard]] bool is_paused(std::string_view entry) const;

private:
  std::map<std::string, UnixTime, std::less<>> ticks_{};
  std::set<std::string, std::less<>> paused_{};
};

} // namespace zzz_jobs
