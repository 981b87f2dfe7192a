// CronExpr against a walk by minutes that shares no code with it: expressions are drawn as sets
// of numbers and written as text, the clock is the C library's.

#include "support/catch.hpp"

#include <zzz_jobs/config/cron_expr.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace zzz_jobs;

namespace {

using Random = std::mt19937_64;

int pick(Random& random, int low, int high) {
  return std::uniform_int_distribution<int>{low, high}(random);
}

/// One field as text, and what it means.
struct Field {
  std::string text;
  std::set<int> values;
  bool star = false;
};

struct FieldRange {
  int low;
  int high;
  int star_percent;
};

std::string name_or_number(Random& random, int value, const std::vector<std::string>& names) {
  return names.empty() || pick(random, 0, 1) == 0 ? std::to_string(value)
                                                  : names[static_cast<std::size_t>(value)];
}

/// Adds one random item: a value, a range, or either of them with a step.
void add_item(Random& random, const FieldRange& range, const std::vector<std::string>& names,
              Field& field) {
  const int a = pick(random, range.low, range.high);
  int b = pick(random, a, range.high);
  int step = 1;
  std::string text = name_or_number(random, a, names);
  switch (pick(random, 0, 3)) {
    case 0: b = a; break;
    case 1: text += "-" + name_or_number(random, b, names); break;
    case 2:
      step = pick(random, 1, range.high - range.low + 1);
      text += "-" + name_or_number(random, b, names) + "/" + std::to_string(step);
      break;
    default:
      b = range.high;
      step = pick(random, 1, range.high - range.low + 1);
      text += "/" + std::to_string(step);
  }
  for (int value = a; value <= b; value += step)
    field.values.insert(value);
  field.text += (field.text.empty() ? "" : ",") + text;
}

Field random_field(Random& random, const FieldRange& range,
                   const std::vector<std::string>& names = {}) {
  Field field;
  if (pick(random, 1, 100) <= range.star_percent) {
    const int step = pick(random, 0, 2) == 0 ? pick(random, 2, range.high - range.low + 1) : 1;
    field.text = step == 1 ? "*" : "*/" + std::to_string(step);
    field.star = true;
    for (int value = range.low; value <= range.high; value += step)
      field.values.insert(value);
    return field;
  }
  for (int items = pick(random, 1, 3); items > 0; --items)
    add_item(random, range, names, field);
  return field;
}

struct Schedule {
  Field minute, hour, day, month, weekday;

  [[nodiscard]] std::string text() const {
    return minute.text + " " + hour.text + " " + day.text + " " + month.text + " " + weekday.text;
  }

  [[nodiscard]] bool every_hour() const { return hour.values.size() == 24; }

  [[nodiscard]] bool has_day(const std::tm& local) const {
    const bool by_day = day.values.contains(local.tm_mday);
    const bool by_weekday = weekday.values.contains(local.tm_wday);
    const bool fits = day.star || weekday.star ? by_day && by_weekday : by_day || by_weekday;
    return fits && month.values.contains(local.tm_mon + 1);
  }
};

/// Whether a day after the 28th is needed, which not every month has.
bool may_be_impossible(const Schedule& schedule) {
  return (schedule.day.star || schedule.weekday.star) && *schedule.day.values.begin() > 28;
}

Schedule random_schedule(Random& random) {
  static const std::vector<std::string> months{"",    "jan", "FEB", "mar", "apr", "May", "jun",
                                               "jul", "aug", "sep", "Oct", "nov", "dec"};
  static const std::vector<std::string> weekdays{"sun", "mon", "Tue", "wed", "thu", "FRI", "sat"};
  Schedule out;
  do {
    out.minute = random_field(random, {0, 59, 30});
    out.hour = random_field(random, {0, 23, 40});
    out.day = random_field(random, {1, 31, 60});
    out.month = random_field(random, {1, 12, 70}, months);
    out.weekday = random_field(random, {0, 6, 60}, weekdays);
  } while (may_be_impossible(out));
  return out;
}

/// Sets the C library's zone for as long as it lives.
class ScopedZone {
public:
  explicit ScopedZone(const std::string& zone) {
    if (const char* old = std::getenv("TZ"))
      before_ = old;
    ::setenv("TZ", zone.c_str(), 1);
    ::tzset();
  }
  ~ScopedZone() {
    before_ ? ::setenv("TZ", before_->c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
  }
  ScopedZone(const ScopedZone&) = delete;
  ScopedZone& operator=(const ScopedZone&) = delete;

private:
  std::optional<std::string> before_;
};

/// What a clock on the wall shows in each minute of a window.
class WallClock {
public:
  WallClock(const std::string& zone, std::time_t begin, int days) : begin_(begin) {
    const ScopedZone scoped{zone};
    for (std::time_t at = begin; at < begin + days * 86'400; at += 60) {
      std::tm local{};
      ::localtime_r(&at, &local);
      offset_minutes_.push_back(static_cast<int>(local.tm_gmtoff / 60));
    }
  }

  /// Minutes since 1970 as shown at `at`.
  [[nodiscard]] std::time_t shown(std::time_t at) const {
    return at / 60 + offset_minutes_.at(static_cast<std::size_t>((at - begin_) / 60));
  }

  [[nodiscard]] std::time_t begin() const { return begin_; }
  [[nodiscard]] std::time_t end() const {
    return begin_ + static_cast<std::time_t>(offset_minutes_.size()) * 60;
  }

  /// The instants at which the offset is a new one.
  [[nodiscard]] std::vector<std::time_t> changes() const {
    std::vector<std::time_t> out;
    for (std::size_t n = 1; n < offset_minutes_.size(); ++n)
      if (offset_minutes_[n] != offset_minutes_[n - 1])
        out.push_back(begin_ + static_cast<std::time_t>(n) * 60);
    return out;
  }

private:
  std::time_t begin_;
  std::vector<int> offset_minutes_;
};

bool shown_matches(const Schedule& schedule, std::time_t shown) {
  if (!schedule.minute.values.contains(static_cast<int>(shown % 60))
      || !schedule.hour.values.contains(static_cast<int>(shown / 60 % 24)))
    return false; // asked first, because it is quick
  const std::time_t seconds = shown * 60;
  std::tm local{};
  ::gmtime_r(&seconds, &local);
  return schedule.has_day(local);
}

/// The first tick after `from`, by looking at every minute up to `until`. Starts a day earlier,
/// to know how far the clock had already come.
std::optional<std::time_t> walked(const Schedule& schedule, const WallClock& clock,
                                  std::time_t from, std::time_t until) {
  std::time_t reached = clock.shown(from - 86'400);
  for (std::time_t at = (from - 86'400) / 60 * 60; at <= until; at += 60) {
    const std::time_t shown = clock.shown(at);
    bool tick = false;
    if (schedule.every_hour())
      tick = at > from && shown_matches(schedule, shown);
    else
      for (std::time_t minute = reached; minute <= shown; ++minute)
        tick = tick || (at > from && shown_matches(schedule, minute));
    reached = std::max(reached, shown + 1);
    if (tick)
      return at;
  }
  return std::nullopt;
}

std::time_t random_start(Random& random, const WallClock& clock) {
  constexpr int margin = 3 * 86'400;
  const auto changes = clock.changes();
  if (!changes.empty() && pick(random, 0, 1) == 0) {
    const auto which = pick(random, 0, static_cast<int>(changes.size()) - 1);
    return changes[static_cast<std::size_t>(which)] + pick(random, -2 * 86'400, 7'200);
  }
  return clock.begin() + margin
    + pick(random, 0, static_cast<int>(clock.end() - clock.begin()) - 2 * margin);
}

std::uint64_t seed() {
  if (const char* given = std::getenv("ZZZ_JOBS_TEST_SEED"))
    return std::strtoull(given, nullptr, 10);
  return std::random_device{}();
}

std::time_t midnight(int year) {
  return std::chrono::sys_days{std::chrono::year{year} / 1 / 1}.time_since_epoch().count() * 86'400;
}

void compare(const std::string& zone, int first_year, int count) {
  constexpr int walk_seconds = 40 * 86'400;
  const WallClock clock{zone, midnight(first_year), 2 * 366};
  REQUIRE((zone == "UTC" || clock.changes().size() >= 3)); // the tz database is there
  const auto used = seed();
  Random random{used};
  int found = 0;
  for (int n = 0; n < count; ++n) {
    const auto schedule = random_schedule(random);
    const auto from = random_start(random, clock);
    const auto until = std::min(from + walk_seconds, clock.end() - 60);
    INFO("ZZZ_JOBS_TEST_SEED=" << used << " round " << n << ": \"" << schedule.text() << "\" in "
                               << zone << " after " << from);
    const auto expected = walked(schedule, clock, from, until);
    const auto got =
      CronExpr::parse(schedule.text()).next_after(UnixTime{std::chrono::seconds{from}}, zone);
    if (expected) {
      ++found;
      REQUIRE(got.has_value());
      REQUIRE(got->time_since_epoch().count() == *expected);
    } else if (got) {
      REQUIRE(got->time_since_epoch().count() > until);
    }
  }
  CHECK(found > count / 2);
}

} // namespace

TEST_CASE("cron: the search agrees with a walk by minutes", "[cron][property]") {
  constexpr int schedules = 500; // others each time; a walk takes 10 ms
  SECTION("in UTC") {
    compare("UTC", 2027, schedules);
  }
  SECTION("in Berlin") {
    compare("Europe/Berlin", 2026, schedules);
  }
  SECTION("on Lord Howe, by half an hour") {
    compare("Australia/Lord_Howe", 2027, schedules);
  }
  SECTION("in Sao Paulo, at midnight") {
    compare("America/Sao_Paulo", 2017, schedules);
  }
}
