#include "config/cron_support.hpp"
#include "support/catch.hpp"

#include <chrono>

using namespace zzz_jobs;
using namespace zzz_jobs::test;

// Expected times are UTC. Berlin goes from UTC+1 to UTC+2 on 2026-03-29 at 01:00 UTC (the clock
// skips 02:00 to 03:00) and back on 2026-10-25 at 01:00 UTC (it repeats 02:00 to 03:00).

TEST_CASE("cron: a local time of day keeps its place over the change of offset", "[cron][zone]") {
  CHECK(ticks("0 8 * * *", "Europe/Berlin", "2026-03-27 12:00", 3)
        == Ticks{"2026-03-28 07:00", "2026-03-29 06:00", "2026-03-30 06:00"});
  CHECK(ticks("0 8 * * *", "Europe/Berlin", "2026-10-23 12:00", 3)
        == Ticks{"2026-10-24 06:00", "2026-10-25 07:00", "2026-10-26 07:00"});
}

TEST_CASE("cron: a skipped time ticks at the first instant after the gap", "[cron][zone]") {
  CHECK(ticks("30 2 * * *", "Europe/Berlin", "2026-03-28 00:00", 3)
        == Ticks{"2026-03-28 01:30", "2026-03-29 01:00", "2026-03-30 00:30"});
}

TEST_CASE("cron: several skipped times tick once", "[cron][zone]") {
  CHECK(ticks("*/15 2 * * *", "Europe/Berlin", "2026-03-28 01:45", 2)
        == Ticks{"2026-03-29 01:00", "2026-03-30 00:00"});
  // 03:00 would tick anyway: the skipped 02:00 and 02:30 join it.
  CHECK(ticks("*/30 1-3 * * *", "Europe/Berlin", "2026-03-28 23:59", 5)
        == Ticks{"2026-03-29 00:00", "2026-03-29 00:30", "2026-03-29 01:00", "2026-03-29 01:30",
                 "2026-03-29 23:00"});
}

TEST_CASE("cron: a repeated time ticks in its first pass only", "[cron][zone]") {
  CHECK(ticks("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", 2)
        == Ticks{"2026-10-25 00:30", "2026-10-26 01:30"});
  CHECK(ticks("*/20 2-3 * * *", "Europe/Berlin", "2026-10-25 00:00", 5)
        == Ticks{"2026-10-25 00:20", "2026-10-25 00:40", "2026-10-25 02:00", "2026-10-25 02:20",
                 "2026-10-25 02:40"});
}

TEST_CASE("cron: asked within the second pass, the next tick is after it", "[cron][zone]") {
  CHECK(ticks("*/20 2 * * *", "Europe/Berlin", "2026-10-25 01:10", 1) == Ticks{"2026-10-26 01:00"});
}

TEST_CASE("cron: a schedule of every hour goes by elapsed time over a gap", "[cron][zone]") {
  CHECK(ticks("*/30 * * * *", "Europe/Berlin", "2026-03-29 00:00", 4)
        == Ticks{"2026-03-29 00:30", "2026-03-29 01:00", "2026-03-29 01:30", "2026-03-29 02:00"});
  // No tick is made up for 02:05: an hour passes from 01:05 to 03:05.
  CHECK(ticks("5 * * * *", "Europe/Berlin", "2026-03-29 00:00", 3)
        == Ticks{"2026-03-29 00:05", "2026-03-29 01:05", "2026-03-29 02:05"});
}

TEST_CASE("cron: a schedule of every hour ticks in both passes", "[cron][zone]") {
  CHECK(ticks("@hourly", "Europe/Berlin", "2026-10-24 23:00", 4)
        == Ticks{"2026-10-25 00:00", "2026-10-25 01:00", "2026-10-25 02:00", "2026-10-25 03:00"});
  CHECK(ticks("*/30 * * * *", "Europe/Berlin", "2026-10-25 00:00", 4)
        == Ticks{"2026-10-25 00:30", "2026-10-25 01:00", "2026-10-25 01:30", "2026-10-25 02:00"});
  // Every hour is what counts, not how it is written.
  CHECK(ticks("0 0-23 * * *", "Europe/Berlin", "2026-10-25 00:00", 2)
        == Ticks{"2026-10-25 01:00", "2026-10-25 02:00"});
}

TEST_CASE("cron: a change of half an hour follows the same rules", "[cron][zone]") {
  // Lord Howe: +10:30 to +11 on 2026-10-03 15:30 UTC (skips 02:00 to 02:30), back on 2026-04-04
  // at 15:00 UTC (repeats 01:30 to 02:00).
  const std::string zone = "Australia/Lord_Howe";
  CHECK(ticks("15 2 * * *", zone, "2026-10-02 12:00", 3)
        == Ticks{"2026-10-02 15:45", "2026-10-03 15:30", "2026-10-04 15:15"});
  CHECK(ticks("45 2 * * *", zone, "2026-10-03 12:00", 1) == Ticks{"2026-10-03 15:45"});
  CHECK(ticks("15 * * * *", zone, "2026-10-03 14:00", 3)
        == Ticks{"2026-10-03 14:45", "2026-10-03 16:15", "2026-10-03 17:15"});
  CHECK(ticks("45 1 * * *", zone, "2026-04-04 00:00", 2)
        == Ticks{"2026-04-04 14:45", "2026-04-05 15:15"});
  CHECK(ticks("45 * * * *", zone, "2026-04-04 14:00", 3)
        == Ticks{"2026-04-04 14:45", "2026-04-04 15:15", "2026-04-04 16:15"});
}

TEST_CASE("cron: a skipped midnight ticks at the day's first instant", "[cron][zone]") {
  // Sao Paulo skipped 2018-11-04 00:00 to 01:00 (03:00 UTC, -03 to -02).
  CHECK(ticks("0 0 * * *", "America/Sao_Paulo", "2018-11-02 12:00", 3)
        == Ticks{"2018-11-03 03:00", "2018-11-04 03:00", "2018-11-05 02:00"});
  CHECK(ticks("30 0 * * sun", "America/Sao_Paulo", "2018-11-02 12:00", 2)
        == Ticks{"2018-11-04 03:00", "2018-11-11 02:30"});
}

TEST_CASE("cron: an hour repeated before midnight ticks once, and so does midnight",
          "[cron][zone]") {
  // Sao Paulo repeated 2019-02-16 23:00 to 24:00 (until 02:00 UTC in its first pass).
  CHECK(ticks("30 23 * * *", "America/Sao_Paulo", "2019-02-16 12:00", 2)
        == Ticks{"2019-02-17 01:30", "2019-02-18 02:30"});
  CHECK(ticks("0 0 * * *", "America/Sao_Paulo", "2019-02-16 12:00", 2)
        == Ticks{"2019-02-17 03:00", "2019-02-18 03:00"});
  CHECK(ticks("30 * * * *", "America/Sao_Paulo", "2019-02-17 01:00", 3)
        == Ticks{"2019-02-17 01:30", "2019-02-17 02:30", "2019-02-17 03:30"});
}

TEST_CASE("cron: a skipped day ticks once at the first instant after it", "[cron][zone]") {
  // Apia had no 2011-12-30: from UTC-10 to UTC+14 at 10:00 UTC.
  CHECK(ticks("0 12 * * *", "Pacific/Apia", "2011-12-29 00:00", 3)
        == Ticks{"2011-12-29 22:00", "2011-12-30 10:00", "2011-12-30 22:00"});
  CHECK(ticks("0 12 30 12 *", "Pacific/Apia", "2011-12-01 00:00", 2)
        == Ticks{"2011-12-30 10:00", "2012-12-29 22:00"});
  CHECK(ticks("0 * 30 12 *", "Pacific/Apia", "2011-12-01 00:00", 1) == Ticks{"2012-12-29 10:00"});
}

TEST_CASE("cron: a leap day is the zone's own", "[cron][zone]") {
  CHECK(ticks("30 0 29 2 *", "Asia/Tokyo", "2026-01-01 00:00", 2)
        == Ticks{"2028-02-28 15:30", "2032-02-28 15:30"});
  CHECK(ticks("30 23 29 2 *", "America/New_York", "2026-01-01 00:00", 1)
        == Ticks{"2028-03-01 04:30"});
}

TEST_CASE("cron: ticks go by the minute of a clock with odd seconds", "[cron][zone]") {
  // Until April 1893 Berlin was 53 minutes and 28 seconds ahead.
  const auto next =
    CronExpr::parse("0 12 * * *").next_after(utc("1880-01-01 00:00"), "Europe/Berlin");
  CHECK(next == utc("1880-01-01 11:06") + std::chrono::seconds{32});
}

TEST_CASE("cron: UTC and its zone in the tz database agree", "[cron][zone]") {
  for (const std::string text : {"*/7 * * * *", "0 0 29 2 *", "5 4 * * sun", "0 0 13 * 5"}) {
    INFO(text);
    CHECK(ticks(text, "UTC", "2026-05-05 05:05", 6)
          == ticks(text, "Etc/UTC", "2026-05-05 05:05", 6));
  }
}
