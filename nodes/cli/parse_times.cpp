#include <zzz_jobs/nodes/cli/arguments.hpp>

#include <charconv>
#include <ctime>

namespace zzz_jobs::node::cli {

namespace {

constexpr std::int64_t century_s = std::int64_t{100} * 365 * 24 * 3600;

/// What a text is read from, piece by piece.
struct Reader {
  std::string_view rest;

  bool take(char wanted) {
    if (!rest.starts_with(wanted))
      return false;
    rest.remove_prefix(1);
    return true;
  }
  /// Digits only: no sign.
  std::optional<std::int64_t> digits(std::size_t least, std::size_t most) {
    std::size_t count = 0;
    while (count < rest.size() && count < most && rest[count] >= '0' && rest[count] <= '9')
      ++count;
    std::int64_t number = 0;
    if (count < least || count == 0)
      return std::nullopt;
    const auto read = std::from_chars(rest.data(), rest.data() + count, number);
    if (read.ec != std::errc{})
      return std::nullopt;
    rest.remove_prefix(count);
    return number;
  }
};

std::int64_t unit_s(char unit) {
  switch (unit) {
    case 's': return 1;
    case 'm': return 60;
    case 'h': return 3600;
    case 'd': return 86'400;
    case 'w': return 7 * 86'400;
    default: return 0;
  }
}

struct ClockTime {
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
};

/// "13:40" or "13:40:02".
std::optional<ClockTime> clock_time(Reader& text) {
  const auto hour = text.digits(2, 2);
  if (!hour || !text.take(':'))
    return std::nullopt;
  const auto minute = text.digits(2, 2);
  std::optional<std::int64_t> second = 0;
  if (text.take(':'))
    second = text.digits(2, 2);
  if (!minute || !second || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  return ClockTime{*hour, *minute, *second};
}

std::optional<std::chrono::year_month_day> date(Reader& text) {
  const auto year = text.digits(4, 4);
  if (!year || !text.take('-'))
    return std::nullopt;
  const auto month = text.digits(2, 2);
  if (!month || !text.take('-'))
    return std::nullopt;
  const auto day = text.digits(2, 2);
  if (!day)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  return date.ok() ? std::optional{date} : std::nullopt;
}

/// How far east of UTC: "Z", "+01:00", "-0930"; none where it is not an offset.
std::optional<std::chrono::seconds> utc_offset(Reader& text) {
  if (text.take('Z'))
    return std::chrono::seconds{0};
  const bool west = text.rest.starts_with('-');
  if (!text.take('+') && !text.take('-'))
    return std::nullopt;
  const auto hours = text.digits(2, 2);
  text.take(':');
  const auto minutes = text.digits(2, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59)
    return std::nullopt;
  const std::chrono::seconds offset{*hours * 3600 + *minutes * 60};
  return west ? -offset : offset;
}

/// The instant at which the local clock shows it; for a time that the clock skips
/// or shows twice, what mktime makes of it.
std::optional<UnixTime> local_instant(std::chrono::year_month_day day, ClockTime clock) {
  std::tm parts{};
  parts.tm_year = static_cast<int>(day.year()) - 1900;
  parts.tm_mon = static_cast<int>(static_cast<unsigned>(day.month())) - 1;
  parts.tm_mday = static_cast<int>(static_cast<unsigned>(day.day()));
  parts.tm_hour = static_cast<int>(clock.hour);
  parts.tm_min = static_cast<int>(clock.minute);
  parts.tm_sec = static_cast<int>(clock.second);
  parts.tm_isdst = -1;
  const auto time = std::mktime(&parts);
  if (time == -1)
    return std::nullopt;
  return UnixTime{std::chrono::seconds{time}};
}

std::chrono::year_month_day today(UnixTime now) {
  const auto time = static_cast<std::time_t>(now.time_since_epoch().count());
  std::tm parts{};
  localtime_r(&time, &parts);
  return {std::chrono::year{parts.tm_year + 1900},
          std::chrono::month{static_cast<unsigned>(parts.tm_mon + 1)},
          std::chrono::day{static_cast<unsigned>(parts.tm_mday)}};
}

std::optional<UnixTime> unix_time(Reader text) {
  const auto seconds = text.digits(1, 12);
  if (!seconds || !text.rest.empty())
    return std::nullopt;
  return UnixTime{std::chrono::seconds{*seconds}};
}

} // namespace

std::optional<std::chrono::seconds> parse_duration(const std::string& text) {
  Reader reader{text};
  std::int64_t total = 0;
  std::int64_t last_unit = century_s;
  do {
    const auto count = reader.digits(1, 10);
    if (!count)
      return std::nullopt;
    // A bare number is seconds, but not after a unit: what is "1h30"?
    if (reader.rest.empty() && last_unit != century_s)
      return std::nullopt;
    const auto unit = reader.rest.empty() ? 1 : unit_s(reader.rest.front());
    if (unit == 0 || unit >= last_unit || *count > century_s / unit)
      return std::nullopt;
    if (!reader.rest.empty())
      reader.rest.remove_prefix(1);
    last_unit = unit;
    total += *count * unit;
  } while (!reader.rest.empty());
  if (total > century_s)
    return std::nullopt;
  return std::chrono::seconds{total};
}

std::optional<UnixTime> parse_time(const std::string& text, UnixTime now) {
  Reader reader{text};
  if (reader.take('@'))
    return unix_time(reader);
  auto day = today(now);
  const bool dated = text.size() > 8; // more than a time of day
  if (dated) {
    const auto given = date(reader);
    if (!given || (!reader.rest.empty() && !reader.take(' ') && !reader.take('T')))
      return std::nullopt;
    day = *given;
  }
  ClockTime clock{};
  if (!reader.rest.empty() || !dated) {
    const auto given = clock_time(reader);
    if (!given)
      return std::nullopt;
    clock = *given;
  }
  if (reader.rest.empty())
    return local_instant(day, clock);
  const auto offset = utc_offset(reader);
  if (!dated || !offset || !reader.rest.empty())
    return std::nullopt;
  const std::chrono::seconds since_midnight{clock.hour * 3600 + clock.minute * 60 + clock.second};
  return UnixTime{std::chrono::sys_days{day}} + since_midnight - *offset;
}

} // namespace zzz_jobs::node::cli
