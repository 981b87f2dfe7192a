// Not in the header: what maps need is a tenth of what all users' files compile.
#include <zzz_jobs/stores/cron_ticks.hpp>

#include <algorithm>

namespace zzz_jobs {

std::optional<UnixTime> CronTicks::last(std::string_view entry) const {
  const auto found = ticks_.find(entry);
  return found == ticks_.end() ? std::nullopt : std::optional{found->second};
}

UnixTime CronTicks::since(std::string_view entry, UnixTime begin) {
  return ticks_.try_emplace(std::string{entry}, begin).first->second;
}

bool CronTicks::was_fired(const CronTick& tick) const {
  const auto newest = last(tick.entry);
  return newest && tick.at <= *newest;
}

void CronTicks::fired(const CronTick& tick) {
  ticks_.insert_or_assign(tick.entry, tick.at);
}

void CronTicks::set_paused(std::string_view entry, bool paused, UnixTime now) {
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

bool CronTicks::is_paused(std::string_view entry) const {
  return paused_.contains(entry);
}

} // namespace zzz_jobs
