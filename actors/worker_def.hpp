#pragma once

#include <zzz_jobs/actors/job_context.hpp>
#include <zzz_jobs/config/job_opts.hpp>
#include <zzz_jobs/config/retry_strategy.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace zzz_jobs {

/// The application's function. Returning completes the job, throwing fails it;
/// the context offers other ends. Called by several threads at once, each with
/// a job of its own.
using Handler = std::function<void(std::string_view args, JobContext& context)>;

/// What an application knows under a worker's name.
struct WorkerDef {
  std::string name{};
  Handler handler{};
  JobOpts opts{};        ///< taken where an enqueue is silent
  RetryStrategy retry{}; ///< exponential with jitter
  /// A completed job is deleted instead of kept: faster, and nothing of it is left
  /// to see. What fails for good is kept.
  bool delete_completed = false;
};

} // namespace zzz_jobs
