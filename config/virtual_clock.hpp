#pragma once

#include <zzz_jobs/config/clock.hpp>

#include <atomic>
#include <chrono>

namespace zzz_jobs::testing {

/// A clock that stands still until a test moves it: `Config::clock` of a store.
/// Any thread.
class VirtualClock final : public Clock {
public:
  static constexpr UnixTime default_start{
    std::chrono::sys_days{std::chrono::year{2026} / std::chrono::January / std::chrono::day{1}}};

  explicit VirtualClock(UnixTime start = default_start) : now_(start) {}

  [[nodiscard]] UnixTime now() const override { return now_; }
  /// Also back in time, as machines' clocks sometimes go.
  void set(UnixTime time) { now_ = time; }
  void advance(std::chrono::seconds by) {
    auto now = now_.load();
    while (!now_.compare_exchange_weak(now, now + by)) {
    }
  }

private:
  std::atomic<UnixTime> now_;
};

} // namespace zzz_jobs::testing
