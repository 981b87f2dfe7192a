#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace zzz_jobs {

/// The five fields of a cron expression as sets of bits, without a time zone:
/// what CronExpr is made of.
struct CronFields {
  std::uint64_t minutes = 0;  ///< bit n: minute n
  std::uint32_t hours = 0;    ///< bit n: hour n
  std::uint32_t days = 0;     ///< bits 1 to 31
  std::uint32_t months = 0;   ///< bits 1 to 12
  std::uint32_t weekdays = 0; ///< bits 0 (Sunday) to 6
  bool star_day = false;      ///< the day of month field starts with `*`
  bool star_weekday = false;  ///< the day of week field starts with `*`

  /// Whether one matching day field is enough (classic cron's rule).
  [[nodiscard]] bool either_day() const noexcept { return !star_day && !star_weekday; }

  /// Whether every hour has ticks.
  [[nodiscard]] bool every_hour() const noexcept { return hours == 0xFF'FFFFU; }

  /// The first matching minute on the wall clock that is not before `from`, no
  /// later than the end of the 28th calendar year after it. The year of `from`
  /// must be in -9999 to 9999.
  [[nodiscard]] std::optional<std::chrono::local_seconds>
  at_or_after(std::chrono::local_seconds from) const;
};

/// @throws Error(invalid_cron_expression) as described at CronExpr::parse.
[[nodiscard]] CronFields parse_cron_fields(std::string_view text);

} // namespace zzz_jobs
