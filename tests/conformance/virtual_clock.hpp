#pragma once

#include <zzz_jobs/config/clock.hpp>

#include <atomic>
#include <chrono>

namespace zzz_jobs::conformance {

/// A clock that stands still until a test moves it. Any thread.
class VirtualClock final : public Clock {
public:
  [[nodiscard]] UnixTime now() const override { return UnixTime{std::chrono::seconds{now_}}; }
  void advance(std::chrono::seconds by) { now_ += by.count(); }

private:
  std::atomic<std::int64_t> now_{1'767'225'600}; // 1 January 2026
};

} // namespace zzz_jobs::conformance
