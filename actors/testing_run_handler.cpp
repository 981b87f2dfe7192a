#include <zzz_jobs/actors/testing_run_handler.hpp>

#include <zzz_jobs/actors/runtime/execution.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>
#include <zzz_jobs/stores/new_job.hpp>

#include <ostream>
#include <utility>

namespace zzz_jobs::testing {
namespace {

Job made_up_job(NewJob row, const RunOptions& options) {
  Job job;
  job.id = options.id;
  job.state = JobState::executing;
  job.queue = std::move(row.queue);
  job.worker = std::move(row.worker);
  job.args = std::move(row.args);
  job.priority = row.priority;
  job.attempt = options.attempt;
  job.max_attempts = row.max_attempts;
  job.timeout = row.timeout;
  job.inserted_at = options.inserted_at;
  job.scheduled_at =
    row.scheduled_at.value_or(options.inserted_at + row.delay.value_or(std::chrono::seconds{0}));
  job.attempted_at = job.scheduled_at;
  job.unique_key = std::move(row.unique_key);
  return job;
}

JobState state_after(const Job& job, OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::complete: return JobState::completed;
    case OutcomeKind::discard: return JobState::discarded;
    case OutcomeKind::cancel: return JobState::cancelled;
    case OutcomeKind::snooze: return JobState::scheduled;
    case OutcomeKind::release: return JobState::available;
    case OutcomeKind::fail:
    case OutcomeKind::rescue: break;
  }
  return job.is_last_attempt() ? JobState::discarded : JobState::retryable;
}

HandlerRun run(std::shared_ptr<const WorkerDef> worker, std::string args, const RunOptions& options,
               const Limits& limits) {
  if (options.attempt < 1)
    throw Error(errc::invalid_argument,
                "run_handler: attempt must be at least 1, got " + std::to_string(options.attempt));
  auto row =
    make_new_job(worker->name, std::move(args), merged(options.opts, worker->opts), limits);
  HandlerRun done;
  done.job = made_up_job(std::move(row), options);
  const runtime::Workers workers{{worker->name, worker}};
  StopSignal stop;
  if (options.stop != StopReason::none)
    stop.fire(options.stop);
  const auto start = std::chrono::steady_clock::now();
  auto finished = runtime::execute(done.job, workers, stop, {.limits = limits}, nullptr);
  done.duration = std::chrono::steady_clock::now() - start;
  done.outcome = finished.outcome.kind;
  done.state = state_after(done.job, done.outcome);
  done.error = std::move(finished.outcome.error);
  done.delay = finished.outcome.delay;
  done.result = std::move(finished.outcome.result);
  done.progress = std::move(finished.progress);
  return done;
}

std::string ending(const HandlerRun& run) {
  switch (run.outcome) {
    case OutcomeKind::complete: return "completed";
    case OutcomeKind::discard: return "discarded the job";
    case OutcomeKind::cancel: return "cancelled the job";
    case OutcomeKind::snooze: return "snoozed for " + std::to_string(run.delay.count()) + " s";
    case OutcomeKind::release: return "was interrupted by a shutdown";
    case OutcomeKind::fail:
    case OutcomeKind::rescue: break;
  }
  if (run.state == JobState::discarded)
    return "failed, the last one";
  return "failed, next in " + std::to_string(run.delay.count()) + " s";
}

} // namespace

std::string HandlerRun::describe() const {
  return "worker \"" + job.worker + "\": attempt " + std::to_string(job.attempt) + " "
    + ending(*this) + (error.empty() ? "" : ": " + error);
}

std::ostream& operator<<(std::ostream& out, const HandlerRun& run) {
  return out << run.describe();
}

HandlerRun run_handler(const WorkerDef& worker, std::string args, const RunOptions& options) {
  if (!worker.handler)
    throw Error(errc::invalid_argument,
                "worker \"" + worker.name + "\": handler must not be empty");
  return run(std::make_shared<const WorkerDef>(worker), std::move(args), options, options.limits);
}

HandlerRun run_handler(AnySupervisor& supervisor, std::string_view worker, std::string args,
                       const RunOptions& options) {
  const auto workers = supervisor.shared().workers.workers();
  const auto known = workers->find(worker);
  if (known == workers->end())
    throw Error(errc::invalid_argument,
                "worker \"" + std::string{worker} + "\": it is not registered");
  return run(known->second, std::move(args), options, supervisor.config().limits);
}

} // namespace zzz_jobs::testing
