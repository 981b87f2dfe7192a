#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>

#include <cstddef>
#include <string>

namespace zzz_jobs::node::cli {

/// What is measured. The supervisor runs `queue`, is not started, and nobody else has
/// jobs there.
struct BenchPlan {
  std::string queue{};
  std::size_t jobs = 0;    ///< no-op jobs that are enqueued and drained
  std::size_t samples = 0; ///< jobs whose delays are measured one by one
};

/// Half of the samples are below p50, one in a hundred above p99.
struct Delays {
  double p50_ms = 0;
  double p99_ms = 0;
};

struct BenchFigures {
  double enqueued_per_s = 0; ///< in calls of 1,000
  double drained_per_s = 0;
  Delays enqueue{}; ///< one durable enqueue, until it returns
  Delays start{};   ///< from the call of an enqueue into an idle queue to its handler
};

/// Registers its own workers, whose completed jobs are deleted, and starts the
/// supervisor. @throws Error as the supervisor does; Error(unavailable) when for 30 s no
/// job ends.
[[nodiscard]] BenchFigures run_bench(AnySupervisor& supervisor, const BenchPlan& plan);

} // namespace zzz_jobs::node::cli
