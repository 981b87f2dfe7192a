#pragma once

#include <zzz_jobs/stores/detail/direct_starts.hpp>
#include <zzz_jobs/stores/detail/sqlite_changes.hpp>
#include <zzz_jobs/stores/detail/sqlite_claims.hpp>
#include <zzz_jobs/stores/detail/sqlite_due.hpp>
#include <zzz_jobs/stores/detail/sqlite_enqueue.hpp>
#include <zzz_jobs/stores/detail/sqlite_jobs.hpp>
#include <zzz_jobs/stores/detail/sqlite_neighbours.hpp>
#include <zzz_jobs/stores/detail/sqlite_outcomes.hpp>
#include <zzz_jobs/stores/detail/sqlite_queues.hpp>
#include <zzz_jobs/stores/detail/sqlite_retention.hpp>
#include <zzz_jobs/stores/file_lock.hpp>
#include <zzz_jobs/stores/sqlite_store.hpp>

namespace zzz_jobs::detail::sqlite {

/// An open store: the locked file, its connection, the parts that work on it,
/// and what ties them together. Not thread-safe; the store has the lock.
class Session {
public:
  explicit Session(const SqliteStore::Config& config);

  /// Runs `work` in a write transaction; its answer.
  template <class Work>
  auto write(Work&& work) {
    try {
      Transaction transaction{connection_};
      look_around();
      auto answer = work();
      transaction.commit();
      neighbours_.give_way();
      return answer;
    } catch (...) {
      forget(); // what was noted of rows that are rolled back
      throw;
    }
  }

  [[nodiscard]] BatchResult apply(const Batch& batch, UnixTime now);
  [[nodiscard]] std::optional<Job> claim_foreign(std::string_view queue, UnixTime now);
  /// `start_on`: inserted executing, owned by this node, if it is due.
  [[nodiscard]] Enqueued add(const NewJob& job, UnixTime now,
                             std::optional<std::int64_t> start_on = std::nullopt);
  [[nodiscard]] std::optional<JobState> end(const Outcome& outcome, UnixTime now);
  [[nodiscard]] bool is_paused(std::string_view queue);
  [[nodiscard]] std::uint32_t rescue_stuck(std::chrono::seconds age, UnixTime now);
  [[nodiscard]] std::vector<Job> rescue_dead_owners(UnixTime now);
  [[nodiscard]] std::uint32_t delete_completed(UnixTime older_than, std::int64_t& after_id,
                                               bool& at_end);
  /// Nothing that was noted of the table holds any more.
  void forget() noexcept;

  [[nodiscard]] sqlite3* connection() const noexcept { return connection_.get(); }
  [[nodiscard]] std::int64_t node_id() const noexcept { return node_id_; }
  [[nodiscard]] Enqueues& enqueues() noexcept { return enqueues_; }
  [[nodiscard]] Changes& changes() noexcept { return changes_; }
  [[nodiscard]] Jobs& jobs() noexcept { return jobs_; }
  [[nodiscard]] Queues& queues() noexcept { return queues_; }
  [[nodiscard]] Retentions& retentions() noexcept { return retentions_; }

private:
  void look_around();
  [[nodiscard]] bool has_work(const Batch& batch, UnixTime now);
  [[nodiscard]] bool may_claim(std::string_view queue);
  void apply_outcomes(const Batch& batch, BatchResult& result, UnixTime now);
  [[nodiscard]] bool is_idle(std::string_view queue);
  [[nodiscard]] Enqueued add_or_start(const NewJob& job, const DirectStarts& direct,
                                      BatchResult& result, UnixTime now);
  void apply_claims(const Batch& batch, const DirectStarts& direct, BatchResult& result,
                    UnixTime now);
  [[nodiscard]] std::vector<Job> take(const ClaimRequest& request, std::optional<std::int64_t> node,
                                      UnixTime now);
  void promote(UnixTime now);
  [[nodiscard]] std::int64_t add_node(UnixTime now);
  [[nodiscard]] std::string name_of_node(std::int64_t id);

  FileLock lock_;
  Connection connection_;
  Neighbours neighbours_;
  DueJobs due_;
  Queues queues_;
  Claims claims_;
  Enqueues enqueues_;
  Outcomes outcomes_;
  Changes changes_;
  Jobs jobs_;
  Retentions retentions_;
  std::int64_t node_id_ = 0;
};

} // namespace zzz_jobs::detail::sqlite
