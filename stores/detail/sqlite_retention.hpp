#pragma once

#include <zzz_jobs/config/retention.hpp>
#include <zzz_jobs/stores/detail/sqlite.hpp>
#include <zzz_jobs/stores/job.hpp>

#include <vector>

namespace zzz_jobs::detail::sqlite {

/// Deletes final jobs. There is no index on the time a job ended, since each
/// completion would pay for it; so this walks the table in the order of ids,
/// a bounded piece at a time.
class Retentions {
public:
  explicit Retentions(sqlite3* connection) noexcept;

  /// What one piece of a walk found: jobs to delete, and where to go on.
  struct Piece {
    std::vector<std::int64_t> ids{};
    std::int64_t last_id = 0;
    bool at_end = false;
  };
  /// Completed jobs with ids after `id` that ended before `older_than`.
  [[nodiscard]] Piece completed_before(UnixTime older_than, std::int64_t id);
  /// Inside a transaction: deletes at most `limit` jobs that the policy gives
  /// up, and says how many. By age it looks at up to 100,000 rows and goes on
  /// there at the next call; by count it takes those that ended first, among
  /// those with the lowest ids.
  [[nodiscard]] std::uint32_t prune(const PrunePolicy& policy, std::uint32_t limit, UnixTime now);
  /// Inside a transaction; how many were still final and are gone.
  std::uint32_t erase(const std::vector<std::int64_t>& ids);

private:
  struct Walk; ///< in search of what is too old
  [[nodiscard]] std::vector<std::int64_t> too_old(const PrunePolicy& policy, std::uint32_t limit,
                                                  UnixTime now);
  [[nodiscard]] std::vector<std::int64_t> too_many(JobState state, std::int64_t kept,
                                                   std::uint32_t limit);
  bool advance(Walk& walk, std::int64_t last_id);
  [[nodiscard]] std::int64_t count_in(JobState state);

  std::int64_t walked_to_ = 0;
  Statement ended_after_;
  Statement ended_in_state_;
  Statement count_;
  Statement delete_;
};

} // namespace zzz_jobs::detail::sqlite
