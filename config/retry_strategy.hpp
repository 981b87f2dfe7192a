#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace zzz_jobs {

/// How long a failed job waits before its next attempt: 0 s to 100 years (what
/// is longer is cut to that, so that no sum with a time overflows).
class RetryStrategy {
public:
  using seconds = std::chrono::seconds;
  /// Delay of the `retry`-th retry, counted from 1.
  using Function = std::function<seconds(std::int32_t retry)>;

  /// `min(base * 2^(retry-1), max)`, jitter on: the default strategy.
  [[nodiscard]] static RetryStrategy exponential(seconds base = seconds{15},
                                                 seconds max = seconds{3600});
  /// `step * retry`.
  [[nodiscard]] static RetryStrategy linear(seconds step = seconds{60});
  /// Always `delay`.
  [[nodiscard]] static RetryStrategy constant(seconds delay = seconds{30});
  /// Whatever `function` says; a negative answer counts as 0. It runs on the
  /// thread that ran the handler; if it throws, the exponential default is used.
  [[nodiscard]] static RetryStrategy custom(Function function);

  RetryStrategy() : RetryStrategy(exponential()) {}

  /// With jitter a delay is random within ±25 % and never above the cap.
  [[nodiscard]] RetryStrategy with_jitter(bool on) const;

  /// The delay of the `retry`-th retry (from 1). `random` is uniform in [0, 1)
  /// and used for jitter only.
  [[nodiscard]] seconds delay(std::int32_t retry, double random) const;

  /// The delay with this thread's own random source.
  [[nodiscard]] seconds delay(std::int32_t retry) const;

private:
  enum class Kind : std::uint8_t { exponential, linear, constant, custom };
  RetryStrategy(Kind kind, seconds base, seconds max, bool jitter)
    : kind_(kind), jitter_(jitter), base_(base), max_(max) {}

  [[nodiscard]] seconds without_jitter(std::int32_t retry) const;

  Kind kind_;
  bool jitter_;
  seconds base_;
  seconds max_;
  Function function_{};
};

} // namespace zzz_jobs
