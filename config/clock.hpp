#pragma once

#include <chrono>
#include <memory>

namespace zzz_jobs {

/// A point in time as the table keeps it: unix seconds, UTC.
using UnixTime = std::chrono::sys_seconds;

/// Where a store reads the time that judges due jobs, leases and ages.
/// Implementations may be called from any thread.
class Clock {
public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual UnixTime now() const = 0;
};

/// The machine's clock. Shared, stateless; what a store uses by default.
[[nodiscard]] std::shared_ptr<const Clock> system_clock();

} // namespace zzz_jobs
