#pragma once

#include <zzz_jobs/config/clock.hpp>
#include <zzz_jobs/config/cron_fields.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace zzz_jobs {

/// A cron schedule of five fields (minute, hour, day of month, month, day of
/// week) or a nickname (`@hourly`, `@daily`, `@midnight`, `@weekly`,
/// `@monthly`, `@yearly`, `@annually`). A field is `*` or a list of values,
/// ranges `a-b` and steps `*/s`, `a-b/s`, `a/s` (from a to the field's end);
/// months and days of the week also by English name of three letters, in any
/// case. Sunday is 0 or 7, also as the end of a range (`fri-sun`, `5-7`); other
/// ranges must not fall. Fields are separated by spaces or tabs. Where both day
/// fields are restricted (do not start with `*`), one of them matching is
/// enough, as in classic cron.
class CronExpr {
public:
  /// @throws Error(invalid_cron_expression) naming the field and the rule; also
  /// for a schedule that can never be met, such as 30 February, and for a text
  /// of more than 1,024 bytes.
  [[nodiscard]] static CronExpr parse(std::string_view text);

  /// The first tick strictly after `time`, on the wall clock of the IANA time
  /// zone `zone`.
  ///
  /// A schedule with ticks in every hour (hour field `*`) goes by elapsed time:
  /// it ticks whenever the clock shows a matching minute. So it has no tick in
  /// a gap that the clock skips (spring), nor one in its place, and ticks in
  /// both passes of a time that the clock repeats (autumn).
  ///
  /// Any other schedule goes by the calendar: a repeated time ticks in its
  /// first pass only; the ticks of a gap come as one at the first instant after
  /// it (which may be a tick of its own, and then is that one).
  ///
  /// Both hold for gaps of any length, half an hour (Australia/Lord_Howe) or a
  /// whole day (Pacific/Apia, 2011), and whatever the gap's cause.
  ///
  /// None if there is no tick within the next 28 years, which only a schedule
  /// for 29 February on given weekdays (`0 0 29 2 */7`) can bring about.
  /// The zone's rules are those of the system's tz database, as far as it lists
  /// them: in Debian's, daylight saving ends with the year 2037.
  /// @throws Error(invalid_argument) for an unknown zone and for a `time` that
  /// is not in the years 1 to 9999, Error(unavailable) where a zone other than
  /// UTC is asked for and no tz database is installed.
  [[nodiscard]] std::optional<UnixTime> next_after(UnixTime time,
                                                   std::string_view zone = "UTC") const;

  /// The text it was parsed from.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
  CronExpr(std::string_view text, CronFields fields) : text_(text), fields_(fields) {}

  std::string text_;
  CronFields fields_;
};

} // namespace zzz_jobs
