#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/config/cron_expr.hpp>
#include <zzz_jobs/stores/new_job.hpp>

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::runtime {

/// A schedule and the job that each of its ticks enqueues.
struct CronEntry {
  std::string name{};
  CronExpr expression;
  CronOpts opts{};
  JobRequest job{};

  /// The ticks after `last` up to `now` that are to be fired, oldest first.
  /// `running_since` tells a missed tick from one that is due.
  [[nodiscard]] std::vector<UnixTime> due(UnixTime last, UnixTime now,
                                          UnixTime running_since) const;
};

/// The cron entries of this process, by name. Any thread.
class CronTable {
public:
  void add(CronEntry entry);
  bool remove(std::string_view name);
  [[nodiscard]] std::vector<CronEntry> entries() const;

private:
  mutable std::mutex mutex_{};
  std::map<std::string, CronEntry, std::less<>> entries_{};
};

} // namespace zzz_jobs::runtime
