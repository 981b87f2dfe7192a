#pragma once

#include "cluster/ledger.hpp"

#include <zzz_jobs/actors/telemetry.hpp>
#include <zzz_jobs/actors/worker_def.hpp>

#include <functional>
#include <string_view>
#include <utility>

namespace zzz_jobs::cluster {

/// What the jobs of these tests do: each what its args plan, and an entry in the
/// ledger at its beginning and its end. Any thread.
class PlannedWork {
public:
  /// The ledger outlives it.
  explicit PlannedWork(Ledger& ledger) : ledger_(ledger) {}

  /// The worker that a node registers; refers to this object.
  [[nodiscard]] WorkerDef worker();
  /// A node's telemetry: notes which completions were accepted, which outcomes refused.
  void note(const Event& event);
  /// Before any job runs: jobs are completed in this way, and hear of no stop.
  void complete_by(std::function<void(JobContext&)> way) { way_ = std::move(way); }

private:
  void execute(std::string_view args, JobContext& context);

  Ledger& ledger_;
  std::function<void(JobContext&)> way_{};
};

} // namespace zzz_jobs::cluster
