#pragma once

#include "cluster/ledger.hpp"

#include <zzz_jobs/stores/job.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace zzz_jobs::cluster {

/// What the table says of a job in the end.
struct Row {
  std::int64_t id = 0;
  JobState state{};
  std::int32_t attempt = 0;
  bool has_completed_at = false;
  std::string payload{};
};

struct Verdict {
  std::vector<std::string> problems{}; ///< each names a job or payload, with its entries
  std::size_t acknowledged = 0;
  std::size_t in_doubt = 0;
  std::size_t executions = 0;
  std::size_t repeated = 0;    ///< executions that had one before them
  std::size_t interrupted = 0; ///< those before them that their process did not live to report
  std::size_t refused = 0;

  [[nodiscard]] bool is_good() const noexcept { return problems.empty(); }
  /// Counts, and the first problems.
  [[nodiscard]] std::string text(std::size_t shown_max = 10) const;
};

/// Compares what was acknowledged, what ran and what the table says in the end:
/// - each acknowledged payload is in one row, which is completed, by an execution
///   that ran to its end; nothing else is in the table but commits in doubt;
/// - each (job, attempt) started once at most;
/// - a further execution is there for a reason: the one before failed or snoozed
///   as planned, was stopped by a shutdown, or was under way or not yet reported when
///   its process was killed, or suspended or cut off for so long that its claim was lost, or, of a
///   guest, when that happened to a gateway;
/// - one completion a job was accepted, and that of the execution in the row.
[[nodiscard]] Verdict check(const std::vector<Entry>& ledger, const std::vector<Row>& table);

} // namespace zzz_jobs::cluster
