#include <zzz_jobs/config/cron_expr.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <date/tz.h>

#include <algorithm>

namespace zzz_jobs {
namespace {

using std::chrono::local_seconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// What the wall clock shows at `time` when it is `offset` ahead of UTC.
local_seconds shown_at(UnixTime time, seconds offset) {
  return local_seconds{time.time_since_epoch() + offset};
}

/// When a clock that is `offset` ahead of UTC shows `local`.
UnixTime instant_of(local_seconds local, seconds offset) {
  return UnixTime{local.time_since_epoch() - offset};
}

void check_time(UnixTime time) {
  using namespace std::chrono;
  constexpr UnixTime first = sys_days{year{1} / January / 1};
  constexpr UnixTime end = sys_days{year{10000} / January / 1};
  if (time < first || time >= end)
    throw Error(errc::invalid_argument,
                "cron: time must be in the years 1 to 9999, got "
                  + std::to_string(time.time_since_epoch().count()) + " seconds since 1970");
}

/// Reads the tz database, once in a process.
void require_tz_database() try {
  (void)date::get_tzdb();
} catch (const std::runtime_error& failure) {
  throw Error(errc::unavailable,
              std::string{"time zones need the system's tz database: "} + failure.what());
}

const date::time_zone& zone_named(std::string_view name) {
  require_tz_database();
  try {
    return *date::locate_zone(name);
  } catch (const std::runtime_error&) {
    throw Error(errc::invalid_argument,
                "time zone must be in the tz database, got \"" + std::string{name} + "\"");
  }
}

/// The next minute in which the clock shows a match, in whatever pass.
std::optional<UnixTime> next_elapsed(const CronFields& fields, UnixTime time,
                                     const date::time_zone& zone) {
  const UnixTime horizon = time + std::chrono::years{29};
  auto span = zone.get_info(time); // a time without changes of the offset
  auto from = shown_at(time, span.offset) + seconds{1};
  for (;;) {
    const auto local = fields.at_or_after(from);
    if (local && instant_of(*local, span.offset) < span.end)
      return instant_of(*local, span.offset);
    if (!local || span.end > horizon)
      return std::nullopt;
    span = zone.get_info(span.end);
    from = shown_at(span.begin, span.offset);
  }
}

/// The next time on the calendar, in its first pass or after its gap.
std::optional<UnixTime> next_on_calendar(const CronFields& fields, UnixTime time,
                                         const date::time_zone& zone) {
  auto from = shown_at(time, zone.get_info(time).offset) + seconds{1};
  for (;;) {
    const auto local = fields.at_or_after(from);
    if (!local)
      return std::nullopt;
    const auto info = zone.get_info(date::local_seconds{local->time_since_epoch()});
    if (info.result == date::local_info::nonexistent)
      return info.first.end;
    const auto tick = instant_of(*local, info.first.offset);
    if (tick > time)
      return tick;
    // `time` is in the second pass: nothing of it ticks.
    from = shown_at(info.first.end, info.first.offset);
  }
}

} // namespace

CronExpr CronExpr::parse(std::string_view text) {
  return {text, parse_cron_fields(text)};
}

std::optional<UnixTime> CronExpr::next_after(UnixTime time, std::string_view zone) const {
  check_time(time);
  if (zone == "UTC") { // also where no tz database is installed
    const auto local = fields_.at_or_after(shown_at(time, seconds{1}));
    return local ? std::optional{instant_of(*local, seconds{0})} : std::nullopt;
  }
  const date::time_zone& rules = zone_named(zone);
  return fields_.every_hour() ? next_elapsed(fields_, time, rules)
                              : next_on_calendar(fields_, time, rules);
}

} // namespace zzz_jobs
