#pragma once

#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/detail/pqxx_session.hpp>
#include <zzz_jobs/stores/pg_store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::detail::pg {

/// Everything besides turns: questions, changes by hand, rescue, pruning. On a
/// connection of its own, opened when needed. One thread at a time.
class Desk {
public:
  Desk(const PgStore::Config& config, Watchdog& dog) : config_(config), dog_(dog) {}

  [[nodiscard]] std::optional<Job> get(std::int64_t id);
  [[nodiscard]] std::vector<Job> get_all(const std::vector<std::int64_t>& ids);
  [[nodiscard]] std::vector<Job> list(const JobFilter& filter, const Page& page);
  [[nodiscard]] std::vector<QueueCount> counts();
  [[nodiscard]] std::int64_t count(std::string_view queue, JobState state);

  [[nodiscard]] std::vector<QueueSettings> settings();
  [[nodiscard]] bool is_paused(std::string_view queue);
  void set_paused(std::string_view queue, bool paused);

  /// One statement for all of them, whose transaction is repeated if it loses a race.
  [[nodiscard]] std::vector<Change> change_all(ChangeKind kind,
                                               const std::vector<std::int64_t>& ids, UnixTime now);

  /// The execution under way, and what of its attempts it has used.
  /// @throws Error(job_not_found | not_allowed).
  struct Execution {
    Claim claim{};
    std::int32_t attempts_used = 0;
  };
  [[nodiscard]] Execution execution_of(std::int64_t id);
  [[nodiscard]] std::vector<std::vector<Claim>> open_claims(const std::vector<std::string>& queues,
                                                            std::int64_t node);
  /// Those of `claims` that are the node's from now on.
  [[nodiscard]] std::vector<Claim> adopt(const std::vector<Claim>& claims, std::int64_t node);

  /// Executions that nobody will end, some at a time, and why.
  struct Lost {
    Claim claim{};
    std::string owner{}; ///< its name; empty: no node
  };
  [[nodiscard]] std::vector<Lost> executions_of_dead(const std::vector<std::int64_t>& nodes);
  [[nodiscard]] std::vector<Lost> executions_before(UnixTime time);
  void remove_nodes(const std::vector<std::int64_t>& nodes);
  /// The same as the last thing that is said, on the connection that is there or a new one:
  /// a server that does not answer is not tried again. @throws Error.
  void say_goodbye(std::int64_t node);
  [[nodiscard]] std::vector<NodeRecord> nodes();
  void describe_node(std::int64_t node, const NodeDescription& description);

  [[nodiscard]] std::optional<UnixTime> last_tick(std::string_view entry);
  [[nodiscard]] UnixTime cron_since(std::string_view entry, UnixTime begin);
  void set_cron_paused(std::string_view entry, bool paused, UnixTime now);
  [[nodiscard]] bool is_cron_paused(std::string_view entry);

  [[nodiscard]] std::uint32_t prune(const PrunePolicy& policy, std::uint32_t limit, UnixTime now);
  /// Deletes one piece's jobs that were completed before a time, and moves on.
  [[nodiscard]] std::uint32_t delete_completed(UnixTime older_than, std::int64_t& after_id,
                                               bool& at_end);

private:
  template <class Work>
  auto transact(Work&& work);
  /// One that changes nothing, hence repeated if the connection was lost.
  template <class... Args>
  pqxx::result ask(std::string_view sql, const Args&... args);
  [[nodiscard]] pqxx::result change_once(ChangeKind kind, const std::string& ids, UnixTime now);
  [[nodiscard]] std::string in_schema(std::string_view sql) const;
  [[nodiscard]] PqxxSession& session();

  struct PrunePiece;
  [[nodiscard]] PrunePiece prune_piece(const PrunePiece& from);

  const PgStore::Config& config_;
  Watchdog& dog_;
  std::optional<PqxxSession> session_{};
  std::int64_t pruned_to_ = 0; ///< where the walk by age stands
};

} // namespace zzz_jobs::detail::pg
