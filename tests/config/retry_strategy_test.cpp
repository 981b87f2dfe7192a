#include <zzz_jobs/config/retry_strategy.hpp>

#include "support/catch.hpp"

#include <limits>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace zzz_jobs;
using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

constexpr auto huge = std::numeric_limits<std::int32_t>::max();

std::vector<seconds> delays(const RetryStrategy& strategy, std::int32_t count) {
  std::vector<seconds> out;
  for (std::int32_t retry = 1; retry <= count; ++retry)
    out.push_back(strategy.delay(retry, 0.5));
  return out;
}

} // namespace

TEST_CASE("retry: exponential delays are the documented table", "[retry]") {
  CHECK(delays(RetryStrategy::exponential().with_jitter(false), 10)
        == std::vector<seconds>{15s, 30s, 60s, 120s, 240s, 480s, 960s, 1920s, 3600s, 3600s});
  CHECK(delays(RetryStrategy::exponential(1s, 10s).with_jitter(false), 6)
        == std::vector<seconds>{1s, 2s, 4s, 8s, 10s, 10s});
}

TEST_CASE("retry: linear delays grow by the step, constant ones do not", "[retry]") {
  CHECK(delays(RetryStrategy::linear(), 4) == std::vector<seconds>{60s, 120s, 180s, 240s});
  CHECK(delays(RetryStrategy::linear(7s), 3) == std::vector<seconds>{7s, 14s, 21s});
  CHECK(delays(RetryStrategy::constant(), 3) == std::vector<seconds>{30s, 30s, 30s});
  CHECK(delays(RetryStrategy::constant(5s), 2) == std::vector<seconds>{5s, 5s});
}

TEST_CASE("retry: exponential is the default, and has jitter", "[retry]") {
  CHECK(RetryStrategy{}.with_jitter(false).delay(3, 0) == 60s);
  CHECK(RetryStrategy{}.delay(3, 0) != RetryStrategy{}.delay(3, 0.99));
}

TEST_CASE("retry: linear and constant have jitter only when asked", "[retry]") {
  for (const double random : {0.0, 0.3, 0.99}) {
    CHECK(RetryStrategy::linear().delay(2, random) == 120s);
    CHECK(RetryStrategy::constant().delay(2, random) == 30s);
  }
  CHECK(RetryStrategy::constant(100s).with_jitter(true).delay(1, 0) == 75s);
  CHECK(RetryStrategy::linear(50s).with_jitter(true).delay(2, 0.999) == 125s);
}

TEST_CASE("retry: jitter reaches all of ±25 % and nothing beyond", "[retry]") {
  const auto strategy = RetryStrategy::exponential(100s, 1000s);
  CHECK(strategy.delay(1, 0.0) == 75s);
  CHECK(strategy.delay(1, 0.5) == 100s);
  CHECK(strategy.delay(1, 0.9999) == 125s);
  std::set<seconds> seen;
  for (int n = 0; n < 10'000; ++n) {
    const auto delay = strategy.delay(1);
    if (delay < 75s || delay > 125s)
      FAIL(delay.count());
    seen.insert(delay);
  }
  CHECK(seen.size() == 51);
}

TEST_CASE("retry: jitter never exceeds the cap, and spreads the jobs at the cap", "[retry]") {
  const auto strategy = RetryStrategy::exponential();
  CHECK(strategy.delay(20, 0.9999) == 3600s);
  CHECK(strategy.delay(20, 0.0) == 2700s);
  CHECK(strategy.delay(20, 0.5) < 3200s);
  CHECK(strategy.delay(20, 0.5) > 3100s);
}

TEST_CASE("retry: a random number out of range stays within the limits", "[retry]") {
  const auto strategy = RetryStrategy::exponential(100s, 1000s);
  for (const double random : {-1.0, 1.0, 2.0, 1e300, std::numeric_limits<double>::quiet_NaN(),
                              std::numeric_limits<double>::infinity()}) {
    INFO(random);
    CHECK(strategy.delay(1, random) >= 75s);
    CHECK(strategy.delay(1, random) <= 125s);
  }
}

TEST_CASE("retry: delays of seconds keep within 25 % too", "[retry]") {
  const auto strategy = RetryStrategy::constant(1s).with_jitter(true);
  CHECK(strategy.delay(1, 0.0) == 1s);
  CHECK(strategy.delay(1, 0.99) == 1s);
  CHECK(RetryStrategy::constant(4s).with_jitter(true).delay(1, 0.0) == 3s);
  CHECK(RetryStrategy::constant(4s).with_jitter(true).delay(1, 0.99) == 5s);
  CHECK(RetryStrategy::constant(0s).with_jitter(true).delay(1, 0.99) == 0s);
}

TEST_CASE("retry: no retry number and no duration overflows", "[retry]") {
  constexpr seconds hundred_years = std::chrono::days{36'525};
  CHECK(RetryStrategy::exponential().with_jitter(false).delay(huge, 0) == 3600s);
  const auto longest = RetryStrategy::exponential(seconds::max(), seconds::max());
  CHECK(longest.with_jitter(false).delay(huge, 0) == hundred_years);
  CHECK(longest.delay(huge, 0.99) < hundred_years);
  CHECK(longest.delay(huge, 1) == hundred_years);
  CHECK(RetryStrategy::exponential(1s, seconds::max()).with_jitter(false).delay(64, 0)
        == hundred_years);
  CHECK(RetryStrategy::exponential(0s).delay(huge, 0.99) == 0s);
  CHECK(RetryStrategy::linear(seconds::max()).delay(huge, 0) == hundred_years);
  CHECK(RetryStrategy::linear().delay(huge, 0) == hundred_years);
  CHECK(RetryStrategy::constant(seconds::max()).delay(huge, 0) == hundred_years);
  CHECK(RetryStrategy::custom([](auto) { return seconds::max(); }).delay(1, 0) == hundred_years);
}

TEST_CASE("retry: a retry number below 1 counts as the first", "[retry]") {
  for (const auto retry : {0, -1, std::numeric_limits<std::int32_t>::min()}) {
    CHECK(RetryStrategy::exponential().with_jitter(false).delay(retry, 0) == 15s);
    CHECK(RetryStrategy::linear().delay(retry, 0) == 60s);
  }
}

TEST_CASE("retry: negative durations count as none", "[retry]") {
  CHECK(RetryStrategy::exponential(-5s).delay(3, 0.99) == 0s);
  CHECK(RetryStrategy::exponential(15s, -1s).delay(3, 0.99) == 0s);
  CHECK(RetryStrategy::linear(-60s).delay(3, 0.99) == 0s);
  CHECK(RetryStrategy::constant(seconds::min()).delay(3, 0.99) == 0s);
  CHECK(RetryStrategy::custom([](auto) { return -1s; }).delay(3, 0.99) == 0s);
}

TEST_CASE("retry: a base above the cap waits for the cap", "[retry]") {
  CHECK(RetryStrategy::exponential(100s, 10s).with_jitter(false).delay(1, 0) == 10s);
}

TEST_CASE("retry: a custom function decides, without jitter unless asked", "[retry]") {
  const auto strategy = RetryStrategy::custom([](std::int32_t retry) { return retry * 100s; });
  CHECK(strategy.delay(3, 0.0) == 300s);
  CHECK(strategy.delay(3, 0.99) == 300s);
  CHECK(strategy.with_jitter(true).delay(3, 0.0) == 225s);
}

TEST_CASE("retry: a custom function that throws or is none gives the default", "[retry]") {
  const auto standard = RetryStrategy::exponential();
  for (const auto& strategy :
       {RetryStrategy::custom([](auto) -> seconds { throw std::runtime_error{"no"}; }),
        RetryStrategy::custom([](auto) -> seconds { throw 42; }), RetryStrategy::custom({})})
    for (const double random : {0.0, 0.5, 0.99})
      CHECK(strategy.delay(4, random) == standard.delay(4, random));
}

TEST_CASE("retry: jobs that fail in one second are retried at different times", "[retry]") {
  const auto strategy = RetryStrategy::exponential();
  std::set<seconds> seen;
  for (int job = 0; job < 100; ++job)
    seen.insert(strategy.delay(5)); // 180 to 300 s
  CHECK(seen.size() > 20);
}

TEST_CASE("retry: threads that start together draw different jitter", "[retry]") {
  constexpr std::size_t thread_count = 8;
  const auto strategy = RetryStrategy::exponential(std::chrono::days{1}, std::chrono::days{2});
  std::vector<seconds> drawn(thread_count);
  std::vector<std::thread> threads;
  for (auto& delay : drawn)
    threads.emplace_back([&delay, &strategy] { delay = strategy.delay(1); });
  for (auto& thread : threads)
    thread.join();
  // 43,201 possible delays: by chance at most a few are equal.
  CHECK(std::set<seconds>(drawn.begin(), drawn.end()).size() >= thread_count - 2);
}
