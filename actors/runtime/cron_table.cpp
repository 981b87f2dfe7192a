#include <zzz_jobs/actors/runtime/cron_table.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

constexpr std::size_t missed_ticks_max = 100;
/// How far back ticks are looked for: bounds the work after a long absence.
constexpr auto missed_age_max = std::chrono::hours{24 * 400};

} // namespace

std::vector<UnixTime> CronEntry::due(UnixTime last, UnixTime now, UnixTime running_since) const {
  // `skip` drops what was due before anybody was there to fire it.
  const auto since = opts.missed == MissedTicks::skip ? std::max(last, running_since) : last;
  const auto from = std::max(since, UnixTime{now - missed_age_max});
  const std::size_t kept_max = opts.missed == MissedTicks::latest ? 1 : missed_ticks_max;
  std::deque<UnixTime> ticks;
  for (auto tick = expression.next_after(from, opts.zone); tick && *tick <= now;
       tick = expression.next_after(*tick, opts.zone)) {
    ticks.push_back(*tick);
    if (ticks.size() > kept_max)
      ticks.pop_front();
  }
  return {ticks.begin(), ticks.end()};
}

void CronTable::add(CronEntry entry) {
  const std::lock_guard lock(mutex_);
  auto name = entry.name;
  entries_.insert_or_assign(std::move(name), std::move(entry));
}

bool CronTable::remove(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(name);
  if (found == entries_.end())
    return false;
  entries_.erase(found);
  return true;
}

std::vector<CronEntry> CronTable::entries() const {
  const std::lock_guard lock(mutex_);
  std::vector<CronEntry> all;
  all.reserve(entries_.size());
  for (const auto& [name, entry] : entries_)
    all.push_back(entry);
  return all;
}

} // namespace zzz_jobs::runtime
