#include <zzz_jobs/nodes/cli/arguments.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include "support/catch.hpp"

#include <cstdlib>
#include <ctime>

namespace {

using namespace std::chrono_literals;
using namespace zzz_jobs::node::cli;
using zzz_jobs::UnixTime;

/// A time zone until the end of a test.
class Zone {
public:
  explicit Zone(const char* name) {
    if (const char* before = std::getenv("TZ"))
      before_ = before;
    setenv("TZ", name, 1);
    tzset();
  }
  ~Zone() {
    if (before_)
      setenv("TZ", before_->c_str(), 1);
    else
      unsetenv("TZ");
    tzset();
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;

private:
  std::optional<std::string> before_{};
};

std::int64_t unix_of(const std::string& text) {
  const auto time = parse_time(text, UnixTime{1764000000s});
  return time ? time->time_since_epoch().count() : -1;
}

TEST_CASE("durations are numbers with units, the larger ones first") {
  CHECK(parse_duration("90") == 90s);
  CHECK(parse_duration("0") == 0s);
  CHECK(parse_duration("30s") == 30s);
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("2d") == 48h);
  CHECK(parse_duration("1w2d3h4m5s") == 9 * 24h + 3h + 4min + 5s);
  for (const auto* wrong : {"", "s", "-5s", "5x", "5 s", "30m1h", "5s5s", "1h30", "1.5h", "m5",
                            "99999999999d", "36501d", "5m "})
    CHECK(parse_duration(wrong) == std::nullopt);
}

TEST_CASE("times are read on the local clock unless they say otherwise") {
  const Zone zone("UTC-2"); // two hours east of UTC
  CHECK(unix_of("2026-11-24 13:40:02") == 1795520402);
  CHECK(unix_of("2026-11-24T13:40:02") == 1795520402);
  CHECK(unix_of("2026-11-24 13:40") == 1795520400);
  CHECK(unix_of("2026-11-24") == 1795471200);
  CHECK(unix_of("2026-11-24T11:40:02Z") == 1795520402);
  CHECK(unix_of("2026-11-24T12:40:02+01:00") == 1795520402);
  CHECK(unix_of("2026-11-24T02:10:02-0930") == 1795520402);
  CHECK(unix_of("@1764000000") == 1764000000);
  CHECK(unix_of("18:00") == 1764000000 - 1764000000 % 86'400 + 16 * 3600);
  CHECK(unix_of("18:00:09") == 1764000000 - 1764000000 % 86'400 + 16 * 3600 + 9);
  for (const auto* wrong : {"", "tomorrow", "24:00", "18:60", "8:00", "18:00Z", "2026-02-30",
                            "2026-11-24 13", "2026-11-24 13:40 x", "2026-11-24T13:40:02+1", "@",
                            "@-5", "@5x", "1764000000", "2026-13-01", "2026-11-24 13:40:02Zx"})
    CHECK(unix_of(wrong) == -1);
}

TEST_CASE("a wrong time or duration names its parameter and the rule") {
  Arguments arguments;
  arguments.add("--in", "soon");
  arguments.add("--at", "later");
  arguments.add("--limit", "ten");
  CHECK_THROWS_WITH(arguments.duration("--in"),
                    "--in must be a duration such as 90, 30s, 5m, 1h30m or 2d, got \"soon\"");
  CHECK_THROWS_WITH(arguments.time("--at"),
                    "--at must be a time such as \"2026-11-24 13:40\", \"13:40\","
                    " \"2026-11-24T13:40:02Z\" or @1764000000, got \"later\"");
  CHECK_THROWS_WITH(arguments.number("--limit", 1, 9),
                    "--limit must be a whole number of 1 to 9, got \"ten\"");
  CHECK(arguments.number("--after", 1, 9) == std::nullopt);
}

TEST_CASE("times are shown on the local clock, with their age") {
  const Zone zone("UTC-2");
  const UnixTime time{1795520402s};
  CHECK(local_time(time) == "2026-11-24 13:40:02");
  CHECK(time_and_age(time, time + 200s) == "2026-11-24 13:40:02 (3m ago)");
  CHECK(age(time, time) == "now");
  CHECK(age(time, time + 45s) == "45s ago");
  CHECK(age(time, time - 7500s) == "in 2h 5m");
  CHECK(age(time, time + 97h) == "4d 1h ago");
  CHECK(age(time, time + 48h) == "2d ago");
}

TEST_CASE("numbers are grouped, and nouns counted") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(grouped(-123) == "-123");
  CHECK(grouped(-1234) == "-1,234");
  CHECK(counted(1, "job") == "1 job");
  CHECK(counted(0, "job") == "0 jobs");
  CHECK(counted(1000, "job") == "1,000 jobs");
}

} // namespace
