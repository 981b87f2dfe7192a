#include <zzz_jobs/actors/runtime/execution.hpp>

#include <exception>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

Outcome failed(const Job& job, const WorkerDef& worker, const StopSignal& stop, std::string text) {
  Outcome outcome{.claim = job.claim(), .kind = OutcomeKind::fail};
  if (stop.reason() == StopReason::shutdown) {
    // It was interrupted, not unsuccessful: another node runs it at once.
    outcome.kind = OutcomeKind::release;
    return outcome;
  }
  outcome.error = std::move(text);
  if (!job.is_last_attempt())
    outcome.delay = worker.retry.delay(job.attempts_used());
  return outcome;
}

/// The text of the exception being handled.
std::string current_error() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

Outcome run(const Job& job, const WorkerDef& worker, const StopSignal& stop, JobContext& context) {
  try {
    worker.handler(job.args, context);
    auto outcome = context.take_outcome();
    outcome.erase = worker.delete_completed && outcome.kind == OutcomeKind::complete;
    return outcome;
  } catch (...) {
    return failed(job, worker, stop, current_error());
  }
}

} // namespace

Finished unstarted(Job job, OutcomeKind kind, std::string reason) {
  Outcome outcome{.claim = job.claim(), .kind = kind, .error = std::move(reason)};
  return {.job = std::move(job), .outcome = std::move(outcome), .started = false};
}

std::chrono::seconds retry_delay(const Job& job, const Workers& workers) {
  const auto found = workers.find(job.worker);
  const auto& strategy = found == workers.end() ? RetryStrategy{} : found->second->retry;
  return strategy.delay(job.attempts_used());
}

Finished execute(const Job& job, const Workers& workers, const StopSignal& stop,
                 const ExecutionRules& rules, const JobContext::ProgressSink* progress) {
  Finished finished;
  const auto found = workers.find(job.worker);
  if (found == workers.end()) {
    finished.started = false;
    finished.outcome = {.claim = job.claim(),
                        .kind = rules.discard_unknown ? OutcomeKind::discard : OutcomeKind::release,
                        .error = "worker \"" + job.worker + "\" is not registered"};
    return finished;
  }
  JobContext context{job, stop, rules.limits, progress};
  finished.outcome = run(job, *found->second, stop, context);
  finished.progress = context.take_progress();
  finished.settled = context.is_already_completed();
  // It may have returned because it was told to: only who has the claim now knows more.
  if (stop.reason() == StopReason::lost_claim && !finished.settled)
    finished.outcome = {.claim = job.claim(),
                        .kind = OutcomeKind::rescue,
                        .error = "its claim was lost while it ran"};
  return finished;
}

} // namespace zzz_jobs::runtime
