#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace zzz_jobs::runtime {

/// How fast the handlers of a queue are, and what follows from it: how many jobs
/// one worker gets at once and how many are claimed ahead.
class Pace {
public:
  /// `count` handlers took `total` together.
  void add(std::chrono::nanoseconds total, std::size_t count);

  /// Jobs for one worker: about a millisecond's work, 1 while nothing is known.
  [[nodiscard]] std::size_t jobs_at_once() const;
  /// Jobs to claim ahead of their start: what the workers finish in the time of
  /// two turns of the store, none where handlers are slow.
  [[nodiscard]] std::uint32_t prefetch(std::uint32_t concurrency, std::uint32_t most) const;

private:
  double mean_ns_ = -1; ///< exponential mean; negative: nothing known
};

} // namespace zzz_jobs::runtime
