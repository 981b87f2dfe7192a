#pragma once

#include <zzz_jobs/stores/job.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace zzz_jobs {

enum class EventType : std::uint8_t {
  job_enqueued,
  job_started,
  job_completed,
  job_failed, ///< it will be tried again
  job_discarded,
  job_cancelled,
  job_snoozed,
  job_rescued,     ///< its execution was lost; the job's state says what follows
  outcome_refused, ///< an execution ended that had lost its claim
  queue_paused,
  queue_resumed,
  store_failed, ///< the first failed call of an outage
  store_recovered,
};

[[nodiscard]] std::string_view to_string(EventType type) noexcept;

/// A job and how its execution went.
struct JobResult {
  Job job{};
  std::chrono::nanoseconds duration{0}; ///< of the handler, steady clock
  std::string error{};                  ///< why it failed, or the store did
};

/// Something that happened. Events of jobs are published after the store has
/// recorded them, except job_started.
struct Event {
  EventType type{};
  std::string queue{}; ///< empty for events of the store
  JobResult result{};  ///< job.id is 0 for events of queues and stores
};

/// Receives events, one at a time, on a thread of its own (in the modes manual
/// and inlined: the caller's). What it throws is logged. A slow one delays no
/// job and no other handler; events beyond its backlog are dropped and counted.
using TelemetryHandler = std::function<void(const Event&)>;

} // namespace zzz_jobs
