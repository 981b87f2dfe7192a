#pragma once

#include <zzz_jobs/config/clock.hpp>
#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/stores/store.hpp>

#include <cstddef>
#include <memory>

namespace zzz_jobs {

/// Jobs in process memory: for tests, development and work that may be lost
/// with the process. Safe to call from any thread. Claiming and finishing are
/// O(log n).
class MemoryStore {
public:
  struct Config {
    std::size_t capacity = 4096; ///< jobs kept, final ones included; beyond it
                                 ///< an enqueue fails with errc::store_full
    std::shared_ptr<const Clock> clock = system_clock();
    Limits limits{};
  };

  MemoryStore();
  explicit MemoryStore(Config config);
  ~MemoryStore();
  MemoryStore(MemoryStore&&) noexcept;
  MemoryStore& operator=(MemoryStore&&) noexcept;

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

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace zzz_jobs
