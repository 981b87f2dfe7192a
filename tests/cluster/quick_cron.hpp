#pragma once

#include "cluster/ledger.hpp"

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/config/clock.hpp>

#include <chrono>
#include <cstdint>
#include <thread>

// Cron counts minutes, which tests cannot wait for: nodes with a clock that runs
// faster, all of them by the same one.

namespace zzz_jobs::cluster {

/// How much faster it runs than the machine's: a minute in a second.
inline constexpr int clock_speed = 60;

/// Runs from `begin_us`, where it shows the same time as the machine's, a full minute.
class QuickClock final : public Clock {
public:
  explicit QuickClock(std::int64_t begin_us) : begin_us_(begin_us) {}
  [[nodiscard]] UnixTime now() const override;
  /// The machine's time when it shows this.
  [[nodiscard]] std::int64_t machine_us(UnixTime shown) const;

private:
  std::int64_t begin_us_;
};

/// Of a node with such a clock: an entry that ticks each minute. The scheduler sleeps by
/// the machine's clock until the next tick, far too long here: it is told to look when
/// that has come, by making its entry known again. Ticks are noted as `fired` by the
/// node whose was the first.
class QuickCron {
public:
  QuickCron(AnySupervisor& supervisor, Ledger& ledger, const QuickClock& clock);
  ~QuickCron();
  QuickCron(const QuickCron&) = delete;
  QuickCron& operator=(const QuickCron&) = delete;

private:
  void run(const std::stop_token& stop);

  AnySupervisor& supervisor_;
  const QuickClock& clock_;
  std::uint64_t telemetry_;
  std::jthread thread_;
};

/// The entry's name, and the payload of all its jobs.
inline constexpr const char* quick_entry = "each-minute";

} // namespace zzz_jobs::cluster
