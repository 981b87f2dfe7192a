#pragma once

#include <zzz_jobs/config/clock.hpp>
#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/stores/store.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

struct sqlite3; // SQLite's connection; <sqlite3.h> stays out of this header

namespace zzz_jobs {

/// What a commit waits for.
enum class Durability : std::uint8_t {
  full,   ///< the disk: survives power failure
  normal, ///< the operating system: survives kill -9; power failure may take the
          ///< last commits, never the file's consistency
};

/// Jobs in an SQLite file, for one process. Safe to call from any thread; calls
/// are serialised on the one connection. Programs that know the published
/// columns may read and write the table beside it.
class SqliteStore {
public:
  struct Config {
    std::filesystem::path path{}; ///< created if absent; its folder must exist
    Durability durability = Durability::full;
    /// How long a call waits for another program's transaction, then `unavailable`.
    std::chrono::milliseconds busy_timeout{5000};
    std::shared_ptr<const Clock> clock = system_clock();
    Limits limits{};
  };

  /// Opens the file, brings its table to this version and takes its lock.
  /// @throws Error(locked) naming the process that works on it,
  /// Error(schema_too_new), Error(corrupt), Error(unavailable).
  explicit SqliteStore(Config config);
  ~SqliteStore();
  SqliteStore(SqliteStore&&) noexcept;
  SqliteStore& operator=(SqliteStore&&) noexcept;

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
  std::vector<Claim> open_claims(std::string_view queue);
  std::vector<Job> rescue_dead_owners();
  std::optional<UnixTime> last_tick(std::string_view entry);
  UnixTime cron_since(std::string_view entry, UnixTime begin);
  void set_cron_paused(std::string_view entry, bool paused);
  bool is_cron_paused(std::string_view entry);
  std::uint32_t prune(const PrunePolicy& policy, std::uint32_t limit);

  /// Runs `work` on the store's own connection inside a transaction, which is
  /// committed when it returns and rolled back when it throws. For changes of the
  /// application's tables in the same file that must stand or fall with an
  /// enqueue (`enqueue(sqlite3*, ...)` in sqlite_transaction.hpp). Blocks the
  /// store meanwhile.
  void transaction(const std::function<void(sqlite3*)>& work);

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

using SqliteDbStore = SqliteStore; ///< its name in the Zig library

} // namespace zzz_jobs
