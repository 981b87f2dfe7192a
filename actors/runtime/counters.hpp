#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>

#include <atomic>
#include <cstdint>

namespace zzz_jobs::runtime {

/// Stats while they are counted. Any thread; added to once a batch, not a job.
struct Counters {
  using Counter = std::atomic<std::uint64_t>;
  Counter enqueued{0}, started{0}, completed{0}, failed{0}, discarded{0}, cancelled{0}, snoozed{0},
    rescued{0}, released{0}, outcomes_refused{0}, turns{0}, store_failures{0}, actors_replaced{0},
    events_dropped{0};

  [[nodiscard]] Stats snapshot() const {
    return {enqueued,  started,        completed,       failed,        discarded,
            cancelled, snoozed,        rescued,         released,      outcomes_refused,
            turns,     store_failures, actors_replaced, events_dropped};
  }
};

} // namespace zzz_jobs::runtime
