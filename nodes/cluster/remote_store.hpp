#pragma once

#include <zzz_jobs/config/clock.hpp>
#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/config/log.hpp>
#include <zzz_jobs/config/node/node_config.hpp>
#include <zzz_jobs/stores/node_record.hpp>
#include <zzz_jobs/stores/store.hpp>
#include <zzz_jobs/stores/store_signal.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace caf {
class actor_system; // only named here
}

namespace zzz_jobs::node {

class Transport;

/// The store of another node, its gateway, reached over a link: for nodes without
/// access to the database. Safe to call from any thread.
///
/// What it claims it holds as a guest of the gateway. If the link is lost, it has a
/// second to be back; after that its open executions run elsewhere, their late
/// outcomes are refused, and the handlers that still run are stopped. Each call is
/// done once, also over a link that is lost and back within that second.
class RemoteStore {
public:
  struct Config {
    /// "zzz://HOST:PORT" or "HOST:PORT" each; the next is tried where one fails.
    std::vector<std::string> gateways{};
    std::string name{}; ///< of this node, for people
    std::string version{};
    TlsSection tls{}; ///< needed for every address but loopback
    /// How long opening waits for a first link.
    std::chrono::milliseconds connect_timeout{5000};
    /// How long the answer to one call may take (then `in_doubt`, or `unavailable`
    /// for one that changes nothing).
    std::chrono::milliseconds answer_timeout{30'000};
    /// How long a call waits for a link that has just been lost.
    std::chrono::milliseconds patience{2000};
    /// The process's transport and its actor system, which must outlive the store,
    /// where there are some already. Null: some of its own, with `tls`.
    std::shared_ptr<Transport> transport{};
    caf::actor_system* system = nullptr;
    LogSink log = log_to_stderr;
  };

  /// @throws Error(invalid_argument) for the configuration, Error(unavailable) if no
  /// gateway takes the link in time.
  explicit RemoteStore(Config config);
  ~RemoteStore();
  RemoteStore(RemoteStore&&) noexcept;
  RemoteStore& operator=(RemoteStore&&) noexcept;

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
  /// The gateway's: it owns what is claimed through it.
  std::int64_t node_id();
  /// The gateway's store's, known to the second.
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
  /// Of this guest.
  std::vector<Claim> open_claims(std::string_view queue);
  std::vector<std::vector<Claim>> open_claims_of(const std::vector<std::string>& queues);
  std::vector<Job> rescue_dead_owners();
  std::optional<UnixTime> last_tick(std::string_view entry);
  UnixTime cron_since(std::string_view entry, UnixTime begin);
  void set_cron_paused(std::string_view entry, bool paused);
  bool is_cron_paused(std::string_view entry);
  std::uint32_t prune(const PrunePolicy& policy, std::uint32_t limit);

  /// Those that share the gateway's store.
  std::vector<NodeRecord> nodes();

  /// Tells the gateway too.
  void look_again();
  /// Who hears what others do; on a thread of the store's own.
  void on_signal(StoreSignalHandler handler);
  /// Who hears that an execution was cancelled; else that is `lost_claims`.
  void on_cancelled(std::function<void(const Claim&)> handler);

  /// Whether there is a link now.
  [[nodiscard]] bool is_linked() const;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace zzz_jobs::node
