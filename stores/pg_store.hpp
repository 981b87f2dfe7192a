#pragma once

#include <zzz_jobs/config/clock.hpp>
#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/config/log.hpp>
#include <zzz_jobs/stores/node_record.hpp>
#include <zzz_jobs/stores/store.hpp>
#include <zzz_jobs/stores/store_signal.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace zzz_jobs {

/// Jobs in a PostgreSQL database (15 and later), shared by any number of
/// processes. Safe to call from any thread; calls are serialised. Programs that
/// know the published columns may insert, read and claim beside us.
///
/// Three connections: one for turns, one that renews the lease and hears of
/// other nodes' jobs, one (opened when needed) for everything else.
class PgStore {
public:
  struct Config {
    /// A libpq connection string or URI; may name several hosts
    /// (`target_session_attrs=read-write` is added where it names none).
    std::string url{};
    /// The schema of the tables; made if absent and the role may.
    std::string schema = "public";
    /// Bring the tables to this version when opening them. Where the role may not
    /// or this is off, tables of another version are refused.
    bool migrate = true;
    /// For PgBouncer in transaction mode: no state is kept in sessions. Other
    /// nodes' jobs are found by polling, and the lease alone tells who is dead.
    bool pooled = false;

    /// How long this node counts as alive without a sign of life, 1 s to 1 h, by
    /// the database's clock. Its jobs then go to others.
    std::chrono::seconds lease{30};
    /// How often the database is looked at for what nobody announced: jobs of
    /// foreign programs, dead nodes. 10 ms to 1 min.
    std::chrono::milliseconds look_interval{1000};
    /// How long opening a connection may take, 1 s to 10 min.
    std::chrono::seconds connect_timeout{5};
    /// How long the answer to one statement may take, 10 ms to 1 h; then the
    /// connection is given up (`unavailable`).
    std::chrono::milliseconds answer_timeout{30'000};

    /// Judges due times and ages; null: the database's clock. For tests.
    std::shared_ptr<const Clock> clock{};
    Limits limits{};
    /// Where it is told that connections were lost and are back.
    LogSink log = log_to_stderr;
  };

  /// Connects, and brings the tables to this version.
  /// @throws Error(invalid_argument) for the configuration, Error(schema_too_new),
  /// Error(not_allowed) where rights are missing, Error(unavailable).
  explicit PgStore(Config config);
  ~PgStore();
  PgStore(PgStore&&) noexcept;
  PgStore& operator=(PgStore&&) noexcept;

  // The published operations: see concept Store.
  Job enqueue(std::string_view worker, std::string_view args, const JobOpts& opts = {});
  std::optional<Job> claim(std::string_view queue);
  void complete(std::int64_t id);
  void fail(std::int64_t id, std::string_view error);
  void discard(std::int64_t id, std::string_view error);
  std::uint32_t rescue_stuck(std::chrono::seconds age);
  std::int64_t count_by_state(std::string_view queue, JobState state);
  void pause(std::string_view queue);
  void resume_queue(std::string_view queue);
  bool is_paused(std::string_view queue);
  std::uint32_t delete_completed(UnixTime older_than);

  // What the actors and operators use: see concept BatchStore.
  BatchResult apply(Batch& batch);
  /// As `apply`; or nothing, where commits are slow: the statements are through and
  /// the commit is under way. The batch must stay where it is until `end_turn` has
  /// answered for it, and before a third is begun the first must be ended.
  std::optional<BatchResult> begin_turn(Batch& batch);
  /// Waits for what was begun first; nothing if nothing is under way. Throws as
  /// `apply`.
  std::optional<BatchResult> end_turn();
  std::int64_t node_id();
  UnixTime now();
  std::optional<Job> get(std::int64_t id);
  std::vector<Job> list(const JobFilter& filter, const Page& page);
  std::vector<QueueCount> counts();
  std::vector<QueueSettings> settings();
  Change retry(std::int64_t id);
  Change cancel(std::int64_t id);
  Change remove(std::int64_t id);
  std::vector<Change> change_all(ChangeKind kind, const std::vector<std::int64_t>& ids);
  std::vector<Job> get_all(const std::vector<std::int64_t>& ids);
  std::vector<Claim> open_claims(std::string_view queue);
  /// The same for several queues, in their order, by one question.
  std::vector<std::vector<Claim>> open_claims_of(const std::vector<std::string>& queues);
  /// Executions that another node has let go of become this one's; which did.
  std::vector<Claim> adopt(const std::vector<Claim>& claims);
  std::vector<Job> rescue_dead_owners();
  std::optional<UnixTime> last_tick(std::string_view entry);
  UnixTime cron_since(std::string_view entry, UnixTime begin);
  void set_cron_paused(std::string_view entry, bool paused);
  bool is_cron_paused(std::string_view entry);
  std::uint32_t prune(const PrunePolicy& policy, std::uint32_t limit);

  /// All nodes of the tables, dead ones until they are buried; by id.
  std::vector<NodeRecord> nodes();
  /// What `nodes` says of this one from now on.
  void describe_node(const NodeDescription& description);

  /// Nothing that is known of empty queues holds any more: the application has put
  /// jobs in by itself. The next turn looks.
  void look_again();
  /// Who hears what other nodes do; called on a thread of the store's own.
  void on_signal(StoreSignalHandler handler);
  /// Whether the connection that renews the lease and hears of other nodes' jobs has the
  /// database. Without it jobs are found by polling, and turns renew the lease.
  [[nodiscard]] bool is_in_touch() const noexcept;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

using PgDbStore = PgStore; ///< its name in the Zig library

} // namespace zzz_jobs
