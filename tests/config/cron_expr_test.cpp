#include <zzz_jobs/config/cron_expr.hpp>

#include "config/cron_support.hpp"
#include "support/catch.hpp"

#include <zzz_jobs/config/errc.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

using namespace zzz_jobs;
using namespace zzz_jobs::test;

namespace {

/// What parse says about `text`, or "accepted".
std::string refusal(const std::string& text) {
  try {
    (void)CronExpr::parse(text);
  } catch (const Error& failure) {
    CHECK(failure.code() == errc::invalid_cron_expression);
    return failure.what();
  }
  return "accepted";
}

/// Whether both expressions have the same ticks.
bool same(const std::string& a, const std::string& b) {
  return ticks(a, "UTC", "2026-01-01 00:00", 200) == ticks(b, "UTC", "2026-01-01 00:00", 200);
}

} // namespace

TEST_CASE("cron: a tick is strictly after the given time", "[cron]") {
  const auto cron = CronExpr::parse("30 4 * * *");
  const auto tick = utc("2026-11-24 04:30");
  CHECK(cron.next_after(tick - std::chrono::seconds{1}) == tick);
  CHECK(cron.next_after(tick) == tick + std::chrono::hours{24});
  CHECK(cron.next_after(tick + std::chrono::seconds{1}) == tick + std::chrono::hours{24});
}

TEST_CASE("cron: lists, ranges and steps name the minutes they say", "[cron]") {
  CHECK(ticks("5,10-12,50/4 3 * * *", "UTC", "2026-01-01 00:00", 8)
        == Ticks{"2026-01-01 03:05", "2026-01-01 03:10", "2026-01-01 03:11", "2026-01-01 03:12",
                 "2026-01-01 03:50", "2026-01-01 03:54", "2026-01-01 03:58", "2026-01-02 03:05"});
  CHECK(ticks("10-20/4 */12 * * *", "UTC", "2026-01-01 00:00", 4)
        == Ticks{"2026-01-01 00:10", "2026-01-01 00:14", "2026-01-01 00:18", "2026-01-01 12:10"});
}

TEST_CASE("cron: a start with a step goes to the field's end", "[cron]") {
  CHECK(ticks("5/10 0 * * *", "UTC", "2026-01-01 00:00", 7)
        == Ticks{"2026-01-01 00:05", "2026-01-01 00:15", "2026-01-01 00:25", "2026-01-01 00:35",
                 "2026-01-01 00:45", "2026-01-01 00:55", "2026-01-02 00:05"});
  CHECK(same("0 0 20/5 * *", "0 0 20,25,30 * *"));
  CHECK(same("0 0 1 9/2 *", "0 0 1 9,11 *"));
  CHECK(same("0 0 * * 4/1", "0 0 * * 4,5,6"));
}

TEST_CASE("cron: Sunday is 0, 7 and a name, alone and at a range's end", "[cron]") {
  CHECK(ticks("0 12 * * 7", "UTC", "2026-11-24 00:00", 2)
        == Ticks{"2026-11-29 12:00", "2026-12-06 12:00"});
  CHECK(same("0 12 * * 7", "0 12 * * 0"));
  CHECK(same("0 12 * * 7", "0 12 * * SUN"));
  CHECK(same("0 12 * * 5-7", "0 12 * * 0,5,6"));
  CHECK(same("0 12 * * fri-sun", "0 12 * * 0,5,6"));
  CHECK(same("0 12 * * sun-tue", "0 12 * * 0-2"));
  CHECK(same("0 12 * * 0-7", "0 12 * * *"));
  CHECK(same("0 12 * * sun-sun", "0 12 * * 0"));
  CHECK(same("0 12 * * 7/2", "0 12 * * 0"));
}

TEST_CASE("cron: months and days have names in any case", "[cron]") {
  CHECK(same("0 0 1 jan,Apr,JUL-sep,dEc *", "0 0 1 1,4,7-9,12 *"));
  CHECK(same("0 0 * * mon-Fri", "0 0 * * 1-5"));
  CHECK(same("0 0 * * Mon,wed/3,SAT", "0 0 * * 1,3,6"));
}

TEST_CASE("cron: nicknames stand for their five fields in any case", "[cron]") {
  using Pair = std::pair<std::string, std::string>;
  for (const auto& [name, fields] :
       {Pair{"@hourly", "0 * * * *"}, Pair{"@daily", "0 0 * * *"}, Pair{"@midnight", "0 0 * * *"},
        Pair{"@weekly", "0 0 * * 0"}, Pair{"@monthly", "0 0 1 * *"}, Pair{"@yearly", "0 0 1 1 *"},
        Pair{"@annually", "0 0 1 1 *"}, Pair{" @Daily\t", "0 0 * * *"}}) {
    INFO(name);
    // 28 years hold 28 yearly ticks.
    CHECK(ticks(name, "UTC", "2026-05-05 05:05", 28)
          == ticks(fields, "UTC", "2026-05-05 05:05", 28));
  }
}

TEST_CASE("cron: of two restricted day fields one is enough", "[cron]") {
  // 13 November 2026 is a Friday.
  CHECK(ticks("0 0 13 * fri", "UTC", "2026-11-01 00:00", 5)
        == Ticks{"2026-11-06 00:00", "2026-11-13 00:00", "2026-11-20 00:00", "2026-11-27 00:00",
                 "2026-12-04 00:00"});
  CHECK(ticks("0 0 14 * fri", "UTC", "2026-11-10 00:00", 3)
        == Ticks{"2026-11-13 00:00", "2026-11-14 00:00", "2026-11-20 00:00"});
}

TEST_CASE("cron: with a star in front both day fields must match", "[cron]") {
  CHECK(ticks("0 0 */2 * fri", "UTC", "2026-11-01 00:00", 2)
        == Ticks{"2026-11-13 00:00", "2026-11-27 00:00"});
  CHECK(ticks("0 0 13 * */5", "UTC", "2026-01-01 00:00", 2) == // Sunday, Friday
        Ticks{"2026-02-13 00:00", "2026-03-13 00:00"});
}

TEST_CASE("cron: months without the day are passed over", "[cron]") {
  CHECK(ticks("0 0 31 * *", "UTC", "2026-01-31 00:00", 4)
        == Ticks{"2026-03-31 00:00", "2026-05-31 00:00", "2026-07-31 00:00", "2026-08-31 00:00"});
  CHECK(ticks("59 23 31 12 *", "UTC", "2026-12-31 23:59", 1) == Ticks{"2027-12-31 23:59"});
}

TEST_CASE("cron: 29 February is found, also over a century that is no leap year", "[cron]") {
  CHECK(ticks("0 0 29 2 *", "UTC", "2026-11-24 00:00", 2)
        == Ticks{"2028-02-29 00:00", "2032-02-29 00:00"});
  CHECK(ticks("15 6 29 feb *", "UTC", "2096-02-29 06:15", 1) == Ticks{"2104-02-29 06:15"});
  CHECK(ticks("0 0 29 2 *", "UTC", "1996-03-01 00:00", 1) == Ticks{"2000-02-29 00:00"});
}

TEST_CASE("cron: the search ends with the 28th year", "[cron]") {
  // A Sunday, which 29 February is every 28 years, or 40 over the year 2100.
  CHECK(ticks("0 0 29 2 */7", "UTC", "2032-02-29 00:00", 3)
        == Ticks{"2060-02-29 00:00", "2088-02-29 00:00", "none"});
}

TEST_CASE("cron: a schedule that can never be met is refused", "[cron]") {
  CHECK(refusal("0 0 30 2 *")
        == "cron \"0 0 30 2 *\": day of month must occur in a chosen month, "
           "got 30 in month 2");
  CHECK(refusal("0 0 31 apr,jun,9,11 *").find("day of month must occur") != std::string::npos);
  CHECK(refusal("0 0 30,31 2 */2").find("day of month must occur") != std::string::npos);
  CHECK(refusal("0 0 31 2,3 *") == "accepted");
  CHECK(refusal("0 0 30 2,4 *") == "accepted");
  CHECK(refusal("0 0 29 2 *") == "accepted");
  // The day of the week alone is enough here.
  CHECK(ticks("0 0 30 2 mon", "UTC", "2026-01-01 00:00", 1) == Ticks{"2026-02-02 00:00"});
}

TEST_CASE("cron: a refusal names the expression, the field, the rule and the value", "[cron]") {
  using Pair = std::pair<std::string, std::string>;
  for (const auto& [text, why] :
       {Pair{"61 * * * *", "minute must be 0..59, got 61"},
        Pair{"60 * * * *", "minute must be 0..59, got 60"},
        Pair{"99999999999999999999 * * * *", "minute must be 0..59, got 99999999999999999999"},
        Pair{"4294967296 * * * *", "minute must be 0..59, got 4294967296"},
        Pair{"* 24 * * *", "hour must be 0..23, got 24"},
        Pair{"* 1-24 * * *", "hour must be 0..23, got 24"},
        Pair{"* * 0 * *", "day of month must be 1..31, got 0"},
        Pair{"* * 32 * *", "day of month must be 1..31, got 32"},
        Pair{"* * * 0 *", "month must be 1..12 or jan..dec, got 0"},
        Pair{"* * * 13 *", "month must be 1..12 or jan..dec, got 13"},
        Pair{"* * * foo *", "month must be 1..12 or jan..dec, got \"foo\""},
        Pair{"* * * january *", "month must be 1..12 or jan..dec, got \"january\""},
        Pair{"* * * mon *", "month must be 1..12 or jan..dec, got \"mon\""},
        Pair{"* * * * 8", "day of week must be 0..7 or sun..sat, got 8"},
        Pair{"* * * * jan", "day of week must be 0..7 or sun..sat, got \"jan\""},
        Pair{"jan * * * *", "minute must be 0..59, got \"jan\""},
        Pair{"1,,2 * * * *", "minute must be 0..59, got \"\""},
        Pair{"1, * * * *", "minute must be 0..59, got \"\""},
        Pair{"-5 * * * *", "minute must be 0..59, got \"\""},
        Pair{"5- * * * *", "minute must be 0..59, got \"\""},
        Pair{"+5 * * * *", "minute must be 0..59, got \"+5\""},
        Pair{"1-2-3 * * * *", "minute must be 0..59, got \"2-3\""},
        Pair{"*-5 * * * *", "minute must be 0..59, got \"*\""},
        Pair{"** * * * *", "minute must be 0..59, got \"**\""},
        Pair{"/5 * * * *", "minute must be 0..59, got \"\""},
        Pair{"*/0 * * * *", "minute step must be 1..60, got 0"},
        Pair{"*/90 * * * *", "minute step must be 1..60, got 90"},
        Pair{"*/ * * * *", "minute step must be 1..60, got \"\""},
        Pair{"*/5/5 * * * *", "minute step must be 1..60, got \"5/5\""},
        Pair{"* */25 * * *", "hour step must be 1..24, got 25"},
        Pair{"* * */32 * *", "day of month step must be 1..31, got 32"},
        Pair{"* * * */13 *", "month step must be 1..12, got 13"},
        Pair{"* * * * */8", "day of week step must be 1..7, got 8"},
        Pair{"* 22-6 * * *", "hour range must not fall, got 22-6"},
        Pair{"* * * * sat-mon", "day of week range must not fall, got sat-mon"},
        Pair{"* * * *", "must have 5 fields, got 4"},
        Pair{"0 * * * * *", "must have 5 fields, got 6"},
        Pair{"@daily 5", "must have 5 fields, got 2"},
        Pair{"", "must have 5 fields, got 0"},
        Pair{"   ", "must have 5 fields, got 0"},
        Pair{"@reboot",
             "nickname must be @hourly, @daily, @midnight, @weekly, @monthly, @yearly "
             "or @annually, got @reboot"}})
    CHECK(refusal(text) == "cron \"" + text + "\": " + why);
}

TEST_CASE("cron: a refusal is printable and short whatever the text holds", "[cron]") {
  CHECK(refusal(std::string{"\0 * * * *", 9})
        == "cron \"\\x00 * * * *\": minute must be 0..59, got \"\\x00\"");
  CHECK(refusal("\xFF\n * * * *")
        == "cron \"\\xff\\x0a * * * *\": minute must be 0..59, got \"\\xff\\x0a\"");
  CHECK(refusal(std::string(1025, '*')).ends_with("\": must be at most 1024 bytes, got 1025"));
  CHECK(refusal(std::string(1'000'000, '1') + " * * * *").size() < 200);
}

TEST_CASE("cron: blanks around fields are free, and the text is kept as it was", "[cron]") {
  const std::string text = "  0\t 12  * *\t1 ";
  CHECK(same(text, "0 12 * * 1"));
  CHECK(CronExpr::parse(text).text() == text);
}

TEST_CASE("cron: an unknown zone is refused by name", "[cron]") {
  for (const std::string zone : {"Mars/Olympus", "", "europe/berlin", "../../etc/passwd"}) {
    try {
      (void)CronExpr::parse("@daily").next_after(utc("2026-01-01 00:00"), zone);
      FAIL("accepted: " << zone);
    } catch (const Error& failure) {
      CHECK(failure.code() == errc::invalid_argument);
      CHECK(failure.what() == "time zone must be in the tz database, got \"" + zone + "\"");
    }
  }
}

TEST_CASE("cron: times outside the years 1 to 9999 are refused", "[cron]") {
  const auto cron = CronExpr::parse("* * * * *");
  for (const std::string zone : {"UTC", "Europe/Berlin"}) {
    CHECK_THROWS_AS(cron.next_after(UnixTime::min(), zone), Error);
    CHECK_THROWS_AS(cron.next_after(UnixTime::max(), zone), Error);
    CHECK_THROWS_AS(cron.next_after(utc("9999-12-31 23:59") + std::chrono::minutes{1}, zone),
                    Error);
    CHECK(cron.next_after(utc("9999-12-31 23:59"), zone).has_value());
    CHECK(cron.next_after(utc("0001-01-01 00:00"), zone).has_value());
  }
}

TEST_CASE("cron: a tick costs microseconds, however far away", "[cron]") {
  using clock = std::chrono::steady_clock;
  for (const std::string text : {"* * * * *", "0 0 29 2 *", "30 * 29 2 */7", "0 3 * * 1"}) {
    const auto cron = CronExpr::parse(text);
    const auto from = utc("2026-11-24 12:00");
    (void)cron.next_after(from, "Europe/Berlin"); // reads the tz database
    auto best = clock::duration::max();
    for (int n = 0; n < 200; ++n) {
      const auto begin = clock::now();
      (void)cron.next_after(from, "Europe/Berlin");
      best = std::min(best, clock::now() - begin);
    }
    INFO(text << ": " << std::chrono::nanoseconds{best}.count() << " ns");
    // 20 µs in a release build; a walk by minutes would take milliseconds.
    CHECK(best < std::chrono::microseconds{200});
  }
}
