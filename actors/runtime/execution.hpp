#pragma once

#include <zzz_jobs/actors/runtime/worker_registry.hpp>

#include <chrono>
#include <optional>

namespace zzz_jobs::runtime {

/// A job whose execution is over, and what is to be recorded of it.
struct Finished {
  Job job{};
  Outcome outcome{};
  std::chrono::nanoseconds duration{0};
  std::optional<Progress> progress{}; ///< the last one, not yet written
  bool settled = false;               ///< the handler recorded its completion itself
  bool started = true;                ///< false: handed back before its handler ran
};

/// How handlers are called in a process.
struct ExecutionRules {
  Limits limits{};
  bool discard_unknown = false;
};

/// What a job ended with that its handler never saw.
[[nodiscard]] Finished unstarted(Job job, OutcomeKind kind, std::string reason = {});

/// How long the job waits if this execution of it fails.
[[nodiscard]] std::chrono::seconds retry_delay(const Job& job, const Workers& workers);

/// Runs the job's handler in the calling thread and says what became of it;
/// everything thrown is caught. `job` and `duration` of the answer are left to
/// the caller, who owns the job and reads the clock.
[[nodiscard]] Finished execute(const Job& job, const Workers& workers, const StopSignal& stop,
                               const ExecutionRules& rules,
                               const JobContext::ProgressSink* progress);

} // namespace zzz_jobs::runtime
