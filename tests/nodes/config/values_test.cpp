// Durations, sizes, addresses and near names.

#include "support/catch.hpp"

#include <zzz_jobs/config/node/address.hpp>
#include <zzz_jobs/config/node/detail/nearest.hpp>
#include <zzz_jobs/config/node/units.hpp>

using namespace zzz_jobs::node;
using namespace std::chrono_literals;
using detail::edit_distance;
using detail::nearest_name;

TEST_CASE("durations are read and written", "[node][config]") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("30s") == 30s);
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("5min") == 5min);
  CHECK(parse_duration("1h") == 1h);
  CHECK(parse_duration("2d") == 48h);
  CHECK(parse_duration("1h30m15s250ms") == 1h + 30min + 15s + 250ms);
  CHECK(parse_duration("0s") == 0ms);
  for (const auto* text : {"", "5", "s", "5 s", "-5s", "+5s", "1.5h", "5S", "5sec", "1h-3m", "5s ",
                           "99999999999999999999s", "3650001d", "3650000d1d"})
    CHECK_FALSE(parse_duration(text));
  for (const auto duration :
       {0ms, 1ms, 999ms, 1000ms, 90'000ms, 3'600'000ms, 86'400'000ms, 86'400'001ms})
    CHECK(parse_duration(duration_text(duration)) == duration);
  CHECK(duration_text(90s) == "90s");
  CHECK(duration_text(5min) == "5m");
  CHECK(duration_text(48h) == "2d");
}

TEST_CASE("sizes are read and written", "[node][config]") {
  CHECK(parse_size("0") == 0);
  CHECK(parse_size("17") == 17);
  CHECK(parse_size("17B") == 17);
  CHECK(parse_size("64KiB") == 65'536);
  CHECK(parse_size("64 KiB") == 65'536);
  CHECK(parse_size("1MiB") == 1'048'576);
  CHECK(parse_size("2GiB") == 2'147'483'648);
  CHECK(parse_size("1TiB") == 1'099'511'627'776);
  CHECK(parse_size("64kB") == 64'000);
  CHECK(parse_size("5MB") == 5'000'000);
  CHECK(parse_size("9223372036854775807") == 9'223'372'036'854'775'807U);
  for (const auto* text : {"", "B", "-1", "1.5MiB", "1mib", "1 M", "9223372036854775808",
                           "9007199254740992KiB", "99999999999999999999"})
    CHECK_FALSE(parse_size(text));
  for (const std::uint64_t size : {0ULL, 1ULL, 1000ULL, 1024ULL, 1ULL << 20U, 3ULL << 30U})
    CHECK(parse_size(size_text(size)) == size);
  CHECK(size_text(1000) == "1000B");
  CHECK(size_text(512U << 20U) == "512MiB");
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1'234'567) == "1,234,567");
}

TEST_CASE("addresses are read and written", "[node][config]") {
  CHECK(parse_address("127.0.0.1:80") == Address{"127.0.0.1", 80});
  CHECK(parse_address("[::1]:0") == Address{"::1", 0});
  CHECK(parse_address("a-b.example.org:65535") == Address{"a-b.example.org", 65'535});
  for (const auto* text : {"", ":", "a", "a:", ":1", "a:65536", "a:-1", "a:1x", "::1:80", "[::1]",
                           "[a]:1", "[]:1", "a b:1", "a/b:1", "a:1 "})
    CHECK_FALSE(parse_address(text));
  CHECK(text_of(Address{"::1", 80}) == "[::1]:80");
  CHECK(text_of(Address{"a", 80}) == "a:80");
  CHECK(gateway_address("zzz://[::1]:80") == Address{"::1", 80});
  CHECK_FALSE(gateway_address("zzz://a:0"));
  CHECK_FALSE(gateway_address("http://a:1"));
}

TEST_CASE("loopback is what only this machine reaches", "[node][config]") {
  for (const auto* host : {"127.0.0.1", "127.255.255.254", "::1", "localhost"})
    CHECK(is_loopback(host));
  for (const auto* host :
       {"0.0.0.0", "::", "128.0.0.1", "::ffff:127.0.0.1", "127.0.0.1.example.org",
        "localhost.example.org", "", "LOCALHOST.example"})
    CHECK_FALSE(is_loopback(host));
}

TEST_CASE("the nearest name is the one with the fewest edits", "[node][config]") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "abc") == 0);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("ab", "ba") == 1);
  CHECK(edit_distance("conncurency", "concurrency") == 2);
  const std::vector<std::string> names{"name", "concurrency", "poll_interval"};
  CHECK(nearest_name("nmae", names) == "name");
  CHECK(nearest_name("concurency", names) == "concurrency");
  CHECK(nearest_name("pool_intervall", names) == "poll_interval");
  CHECK(nearest_name("colour", names).empty());
  CHECK(nearest_name("", names).empty());
  CHECK(nearest_name(std::string(1'000'000, 'n'), names).empty());
}
