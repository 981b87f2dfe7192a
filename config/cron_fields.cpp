#include <zzz_jobs/config/cron_fields.hpp>

#include <bit>

namespace zzz_jobs {
namespace {

namespace chrono = std::chrono;
using chrono::local_days;
using chrono::local_seconds;
using chrono::year_month;

constexpr int horizon_years = 28; // 29 February is 8 years apart around 2100

/// All bits of the 32 that are not below `first`.
std::uint32_t from_bit(unsigned first) {
  return first > 31 ? 0 : ~std::uint32_t{0} << first;
}

/// The days of a month, as bits 1 to 31, whose weekday is in `weekdays`.
std::uint32_t days_of_weekdays(year_month in, std::uint32_t weekdays) {
  const auto first = chrono::weekday{local_days{in / 1}}.c_encoding();
  // Rotated so that bit 0 is the weekday of the first, then repeated weekly.
  const std::uint64_t rotated = ((weekdays >> first) | (weekdays << (7 - first))) & 0x7FU;
  constexpr std::uint64_t each_week = 0x1020'4081U;
  return static_cast<std::uint32_t>((rotated * each_week) << 1);
}

std::uint32_t matching_days(const CronFields& fields, year_month in) {
  const auto last = static_cast<unsigned>((in / chrono::last).day());
  const std::uint32_t existing = from_bit(1) & ~from_bit(last + 1);
  const std::uint32_t by_weekday = days_of_weekdays(in, fields.weekdays);
  return existing & (fields.either_day() ? fields.days | by_weekday : fields.days & by_weekday);
}

/// The first matching day of `in` from day `first` on.
std::optional<local_days> day_in(const CronFields& fields, year_month in, unsigned first) {
  const auto found = matching_days(fields, in) & from_bit(first);
  if (found == 0)
    return std::nullopt;
  return local_days{in / static_cast<int>(std::countr_zero(found))};
}

std::optional<local_days> day_from(const CronFields& fields, local_days from) {
  const chrono::year_month_day start{from};
  unsigned first_month = static_cast<unsigned>(start.month());
  unsigned first_day = static_cast<unsigned>(start.day());
  for (auto y = start.year(); y <= start.year() + chrono::years{horizon_years}; ++y) {
    for (auto months = fields.months & from_bit(first_month); months != 0; months &= months - 1) {
      const auto number = static_cast<unsigned>(std::countr_zero(months));
      if (auto found =
            day_in(fields, y / chrono::month{number}, number == first_month ? first_day : 1))
        return found;
    }
    first_month = 1;
    first_day = 1;
  }
  return std::nullopt;
}

/// The first matching minute of a day from `from` on.
std::optional<chrono::minutes> minute_from(const CronFields& fields, chrono::minutes from) {
  const auto hour = static_cast<unsigned>(from.count() / 60);
  const auto minute = static_cast<unsigned>(from.count() % 60);
  const auto rest = fields.minutes & (~std::uint64_t{0} << minute);
  if ((fields.hours >> hour & 1U) != 0 && rest != 0)
    return chrono::minutes{hour * 60 + static_cast<unsigned>(std::countr_zero(rest))};
  const auto later = fields.hours & from_bit(hour + 1);
  if (later == 0)
    return std::nullopt;
  return chrono::minutes{std::countr_zero(later) * 60 + std::countr_zero(fields.minutes)};
}

} // namespace

std::optional<local_seconds> CronFields::at_or_after(local_seconds from) const {
  const auto start = chrono::ceil<chrono::minutes>(from);
  const auto today = chrono::floor<chrono::days>(start);
  auto day = day_from(*this, today);
  if (day == today) {
    if (auto minute = minute_from(*this, start - today))
      return today + *minute;
    day = day_from(*this, today + chrono::days{1});
  }
  if (!day)
    return std::nullopt;
  return *day + *minute_from(*this, chrono::minutes{0});
}

} // namespace zzz_jobs
