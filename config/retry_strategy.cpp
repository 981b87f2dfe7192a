#include <zzz_jobs/config/retry_strategy.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

namespace zzz_jobs {
namespace {

using std::chrono::seconds;

/// A hundred years: what a delay is cut to, so that its sum with a time of the
/// table cannot overflow, in no matter which database.
constexpr seconds delay_max{std::chrono::days{36'525}};

seconds bounded(seconds delay, seconds max) {
  return std::clamp(delay, seconds{0}, std::clamp(max, seconds{0}, delay_max));
}

/// `base * 2^(retry-1)`, at most `max`, which is at least `base`.
seconds doubled(seconds base, std::int32_t retry, seconds max) {
  for (; retry > 1 && base > seconds{0} && base < max; --retry)
    base = base > max / 2 ? max : base * 2;
  return base;
}

/// `step * retry`, at most `delay_max`.
seconds multiplied(seconds step, std::int32_t retry) {
  return step > delay_max / retry ? delay_max : step * retry;
}

/// A uniform pick among the whole seconds within 25 % of `delay` and not above
/// `max`. Picking below the cap, and not cutting what is above it, keeps the
/// jobs at the cap apart as well.
seconds jittered(seconds delay, seconds max, double random) {
  const seconds quarter = delay / 4;
  const seconds low = delay - quarter;
  const seconds high = std::min(delay + quarter, max);
  const auto choices = static_cast<double>((high - low).count() + 1);
  const double pick = std::floor(choices * (random > 0 ? random : 0)); // also for NaN
  return pick < choices ? low + seconds{static_cast<seconds::rep>(pick)} : high;
}

/// Uniform in [0, 1). Seeded per thread, so that threads that start in the same
/// second differ.
double random_of_this_thread() {
  thread_local std::mt19937_64 source = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64{seed};
  }();
  return std::uniform_real_distribution<double>{0, 1}(source);
}

} // namespace

RetryStrategy RetryStrategy::exponential(seconds base, seconds max) {
  const auto cap = bounded(max, delay_max);
  return {Kind::exponential, bounded(base, cap), cap, true};
}

RetryStrategy RetryStrategy::linear(seconds step) {
  return {Kind::linear, bounded(step, delay_max), delay_max, false};
}

RetryStrategy RetryStrategy::constant(seconds delay) {
  return {Kind::constant, bounded(delay, delay_max), delay_max, false};
}

RetryStrategy RetryStrategy::custom(Function function) {
  RetryStrategy strategy{Kind::custom, seconds{0}, delay_max, false};
  strategy.function_ = std::move(function);
  return strategy;
}

RetryStrategy RetryStrategy::with_jitter(bool on) const {
  auto copy = *this;
  copy.jitter_ = on;
  return copy;
}

seconds RetryStrategy::without_jitter(std::int32_t retry) const {
  switch (kind_) {
    case Kind::exponential: return doubled(base_, retry, max_);
    case Kind::linear: return multiplied(base_, retry);
    case Kind::constant: return base_;
    case Kind::custom: return bounded(function_(retry), max_);
  }
  return base_;
}

seconds RetryStrategy::delay(std::int32_t retry, double random) const {
  retry = std::max(retry, std::int32_t{1});
  try {
    const auto delay = without_jitter(retry);
    return jitter_ ? jittered(delay, max_, random) : delay;
  } catch (...) { // the application's function, which may throw anything
    return exponential().delay(retry, random);
  }
}

seconds RetryStrategy::delay(std::int32_t retry) const {
  return delay(retry, random_of_this_thread());
}

} // namespace zzz_jobs
