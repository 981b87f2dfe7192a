#pragma once

#include <zzz_jobs/config/cron_expr.hpp>

#include <chrono>
#include <ctime>
#include <stdexcept>
#include <string>
#include <vector>

namespace zzz_jobs::test {

/// Reads "2026-03-29 01:00", in UTC.
inline UnixTime utc(const std::string& text) {
  std::tm fields{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%d %H:%M", &fields);
  if (end == nullptr || *end != '\0')
    throw std::invalid_argument{"not a time: " + text};
  return UnixTime{std::chrono::seconds{::timegm(&fields)}};
}

/// The notation of utc(), with the seconds if there are any.
inline std::string shown(UnixTime time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm fields{};
  ::gmtime_r(&seconds, &fields);
  char text[64];
  std::strftime(text, sizeof text, fields.tm_sec == 0 ? "%Y-%m-%d %H:%M" : "%F %T", &fields);
  return text;
}

/// The next `count` ticks after `from` in the notation of utc().
inline std::vector<std::string> ticks(const std::string& expression, const std::string& zone,
                                      const std::string& from, std::size_t count) {
  const auto cron = CronExpr::parse(expression);
  std::vector<std::string> out;
  auto time = utc(from);
  while (out.size() < count) {
    const auto next = cron.next_after(time, zone);
    if (!next) {
      out.emplace_back("none");
      break;
    }
    time = *next;
    out.push_back(shown(time));
  }
  return out;
}

using Ticks = std::vector<std::string>;

} // namespace zzz_jobs::test
