#pragma once

#include <zzz_jobs/actors/guest.hpp>
#include <zzz_jobs/actors/notice.hpp>
#include <zzz_jobs/actors/telemetry.hpp>
#include <zzz_jobs/actors/typed_worker.hpp>
#include <zzz_jobs/actors/worker_def.hpp>
#include <zzz_jobs/config/cron_expr.hpp>
#include <zzz_jobs/config/supervisor_config.hpp>
#include <zzz_jobs/stores/any_store.hpp>

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace caf {
class actor_system; // only named here: no CAF header is needed to use us
}

namespace zzz_jobs {

namespace runtime {
struct Shared;
class Engine;
} // namespace runtime

/// One of the jobs of `enqueue_many`.
struct JobRequest {
  std::string worker{};
  std::string args{};
  JobOpts opts{};
};

/// What happens to ticks that were due while nobody could fire them.
enum class MissedTicks : std::uint8_t {
  skip,   ///< nothing
  latest, ///< the newest one fires
  all,    ///< each fires, at most the newest 100
};

struct CronOpts {
  std::string zone = "UTC"; ///< IANA name, such as "Europe/Berlin"
  MissedTicks missed = MissedTicks::latest;
};

/// A cron entry as it stands.
struct CronStatus {
  std::string name{};
  std::string expression{};
  CronOpts opts{};
  JobRequest job{};
  bool paused = false;
  std::optional<UnixTime> last_tick{}; ///< the newest that was fired, or when it began
};

/// A queue that this supervisor runs.
struct QueueStatus {
  std::string name{};
  std::uint32_t concurrency = 0;
  std::uint32_t running = 0; ///< handlers now
  bool leaving = false;      ///< dropped: gone when its handlers have ended
};

/// The store cannot be used now: its last turns failed.
struct StoreTrouble {
  std::string error{};                ///< of the last one
  std::chrono::seconds since{0};      ///< the first of them
  std::uint64_t outcomes_waiting = 0; ///< ended executions, still to be recorded
};

/// Counters since the supervisor was made.
struct Stats {
  std::uint64_t enqueued = 0;
  std::uint64_t started = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0; ///< attempts that failed and will be repeated
  std::uint64_t discarded = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t snoozed = 0;
  std::uint64_t rescued = 0;
  std::uint64_t released = 0;         ///< claimed and handed back unstarted
  std::uint64_t outcomes_refused = 0; ///< executions that had lost their claim
  std::uint64_t turns = 0;            ///< transactions of the store actor
  std::uint64_t store_failures = 0;   ///< turns that failed
  std::uint64_t actors_replaced = 0;  ///< ended unasked
  std::uint64_t events_dropped = 0;   ///< by slow telemetry handlers
};

/// Everything that an application does with its jobs, whatever store keeps them:
/// code that only uses jobs takes an `AnySupervisor&`. Made as a
/// `Supervisor<Store>`. All functions may be called from any thread, handlers
/// and telemetry handlers included, except that `stop` and the destructor must
/// not be called from a handler.
///
/// Functions that need the store wait for it and throw Error(unavailable) if it
/// does not answer within `store_timeout`. After `stop` nothing can be enqueued
/// or started (`not_allowed`); jobs can still be looked at.
class AnySupervisor {
public:
  AnySupervisor(const AnySupervisor&) = delete;
  AnySupervisor& operator=(const AnySupervisor&) = delete;

  // --- what is run ------------------------------------------------------------

  /// Makes a worker known, before or after `start`; a second one of the same
  /// name replaces the first for executions that start later.
  /// @throws Error(invalid_argument) without a name or handler, or for options
  /// out of range.
  void register_worker(WorkerDef worker);

  /// The same from its parts. `handler` is `(std::string_view args, JobContext&)`
  /// or takes a struct with MSGPACK_DEFINE_MAP: `(const Args&, JobContext&)` or
  /// `(const Args&)`.
  template <class F>
  void register_worker(std::string name, F handler, JobOpts opts = {}, RetryStrategy retry = {}) {
    register_worker(WorkerDef{.name = std::move(name),
                              .handler = make_handler(std::move(handler)),
                              .opts = std::move(opts),
                              .retry = std::move(retry)});
  }

  /// Executions that start later find no such worker: its jobs are what
  /// SupervisorConfig::unknown_workers says. False if there is none of the name.
  bool remove_worker(std::string_view name);

  /// Enqueues a job at each tick of `expression`; see CronExpr. An entry of the
  /// same name is replaced. Each tick fires once over all nodes and restarts of
  /// a durable store.
  /// @throws Error(invalid_cron_expression | invalid_argument | too_large).
  void register_cron(std::string name, std::string_view expression, std::string worker,
                     std::string args = {}, JobOpts opts = {}, CronOpts cron = {});
  /// False if there is no such entry.
  bool remove_cron(std::string_view name);
  /// By name.
  [[nodiscard]] std::vector<CronStatus> crons();
  /// Enqueues the entry's job now, beside its ticks.
  /// @throws Error(invalid_argument) if there is no such entry; as `enqueue`.
  Job fire_cron(std::string_view name);
  /// No tick is fired until it is resumed; what passes meanwhile is not made up for.
  /// Kept across restarts by durable stores, and shared by their nodes.
  /// @throws Error(invalid_argument) if there is no such entry.
  void pause_cron(std::string_view name);
  void resume_cron(std::string_view name);

  // --- putting jobs in ----------------------------------------------------------

  /// Durable when it returns. With a unique key that a live job has: see
  /// UniqueStrategy and `Job::conflict`.
  /// @throws Error(invalid_argument | too_large | store_full | unavailable).
  Job enqueue(std::string_view worker, std::string args = {}, const JobOpts& opts = {});

  /// The same with a struct for arguments.
  template <class Args>
    requires(!std::convertible_to<const Args&, std::string>)
  Job enqueue(std::string_view worker, const Args& args, const JobOpts& opts = {}) {
    return enqueue(worker, encode_args(args), opts);
  }

  /// All of them in one transaction; one answer each, in order. Up to 1,000 a call
  /// are as fast as it gets; more hold up others meanwhile.
  /// @throws Error before anything is stored if one of them breaks a rule. A row
  /// that the store itself refuses has its reason in `failed` and `error`.
  std::vector<Enqueued> enqueue_many(std::vector<JobRequest> jobs);

  // --- running ------------------------------------------------------------------

  /// Starts the queues. Jobs can be enqueued before. In the modes manual and
  /// inlined nothing runs by itself.
  void start();

  /// No new claims; waits for running handlers up to `shutdown_timeout`, fires
  /// their stop tokens, waits `stop_grace`, hands back what is unfinished.
  /// True if every handler ended. The supervisor cannot be started again.
  bool stop();

  /// A `stop` that is under way, or the next one, waits no longer for handlers to
  /// end by themselves: stop tokens fire now. For a second Ctrl-C.
  void hurry_stop();

  /// Jobs may have come that this supervisor was not told of (another program's,
  /// or by a transaction of one's own): looks at once, not at the next poll.
  void look_again();

  /// New claims stop; running jobs go on. Kept across restarts by durable
  /// stores, and shared by their nodes.
  void pause_queue(std::string_view queue);
  void resume_queue(std::string_view queue);
  [[nodiscard]] bool is_paused(std::string_view queue);

  /// Handlers of a queue of this node running at once, 1 to 10,000, from now on.
  /// @throws Error(invalid_argument) if this node does not run the queue.
  void set_concurrency(std::string_view queue, std::uint32_t concurrency);
  /// How often the store is asked for its jobs though nothing announced any, from now on.
  /// @throws Error(invalid_argument) outside 10 ms to 1 h, or if this node does not run
  /// the queue.
  void set_poll_interval(std::string_view queue, std::chrono::milliseconds interval);

  /// Runs a further queue, from now on or from `start`.
  /// @throws Error(invalid_argument) for its configuration; Error(not_allowed) after
  /// `stop`, or while this node runs one of the name, be it to the end of its last
  /// handlers; Error(unsupported) in the modes manual and inlined.
  void run_queue(const QueueConfig& queue);
  /// Claims no more of the queue; it is gone when its running handlers have ended by
  /// themselves. @throws Error(invalid_argument) if this node does not run it.
  void drop_queue(std::string_view queue);

  /// By name.
  [[nodiscard]] std::vector<QueueStatus> queues() const;
  /// Workers that have a handler here, by name.
  [[nodiscard]] std::vector<std::string> worker_names() const;

  // --- looking and intervening ----------------------------------------------------

  [[nodiscard]] std::optional<Job> get(std::int64_t id);
  [[nodiscard]] std::vector<Job> list(const JobFilter& filter = {}, const Page& page = {});
  [[nodiscard]] std::vector<QueueCount> counts();
  [[nodiscard]] std::int64_t count_by_state(std::string_view queue, JobState state);
  [[nodiscard]] Stats stats() const;
  /// None: the last turn of the store succeeded.
  [[nodiscard]] std::optional<StoreTrouble> store_trouble() const;

  /// Ends a live job; a running one's stop token fires and its outcome is
  /// refused. @throws Error(job_not_found | not_allowed) if it is over already.
  void cancel(std::int64_t id);
  /// Makes a final, retryable or scheduled job available, attempts renewed.
  /// @throws Error(job_not_found | not_allowed | conflict).
  void retry(std::int64_t id);
  /// Deletes a job that is not running. @throws Error(job_not_found | not_allowed).
  void remove(std::int64_t id);

  /// The same for many, in turns of at most 1,000: what others want of the store is
  /// done between them. One answer for each, in their order.
  /// @throws Error as the store does; turns before the failed one have happened.
  std::vector<Change> change_all(ChangeKind kind, const std::vector<std::int64_t>& ids);

  /// Returns executions without a living owner, of at least this age, to their
  /// queues; says how many.
  std::uint32_t rescue_stuck(std::chrono::seconds age);
  /// Deletes completed jobs that ended before; says how many.
  std::uint32_t delete_completed(UnixTime older_than);

  // --- other nodes -----------------------------------------------------------------

  /// Who tells other nodes what happens here: called on any thread, must return
  /// soon and not call this supervisor. One at a time; none: an empty function.
  void on_notice(NoticeSink sink);
  /// What another node told: a queue has jobs, an execution has lost its claim, a
  /// queue was paused. A hint, acted upon at once and told to nobody else.
  void notice(const Notice& notice);

  // --- events ---------------------------------------------------------------------

  /// Any number of handlers; the answer is for `detach_telemetry`. What the
  /// handler refers to must outlive the supervisor, or be detached before.
  std::uint64_t attach_telemetry(TelemetryHandler handler);
  /// When it returns the handler is called no more; waits for a call under way,
  /// unless it is called from there.
  void detach_telemetry(std::uint64_t id);

  [[nodiscard]] const SupervisorConfig& config() const noexcept;

  /// Runs `work` with the store to itself, between two turns; waits for it and
  /// throws what it throws. For test helpers and maintenance.
  void with_store(const std::function<void(AnyStore&)>& work);

  /// Lets another node work through this one's store, started or not, until the
  /// answer ends, which must be before the supervisor does.
  /// @throws Error(not_allowed) after `stop`; Error(unsupported) in the modes manual
  /// and inlined.
  [[nodiscard]] std::shared_ptr<Guest> admit_guest(std::string name, GuestListener listener);

  /// For `testing.hpp` and the tests of this library.
  [[nodiscard]] runtime::Engine& engine() noexcept { return *engine_; }
  [[nodiscard]] runtime::Shared& shared() noexcept { return *shared_; }

protected:
  /// @throws Error(invalid_argument) with all problems of the configuration.
  AnySupervisor(std::unique_ptr<AnyStore> store, SupervisorConfig config,
                caf::actor_system* system);
  ~AnySupervisor();

  /// Runs `work`, a transaction of the store's; then the queues look for jobs.
  void run_transaction(const std::function<void()>& work);

private:
  void check_running() const;
  Job live_job(Job job);
  [[noreturn]] static void refuse_queue(std::string_view queue, const std::string& why);
  void set_paused(std::string_view queue, bool paused);
  void check_not_in_transaction() const;
  void set_cron_paused(std::string_view name, bool paused);
  std::vector<Change> change_in_a_turn(ChangeKind kind, const std::vector<std::int64_t>& ids);
  void tell_changes(ChangeKind kind, const std::vector<Change>& changes);

  std::shared_ptr<runtime::Shared> shared_;
  std::unique_ptr<runtime::Engine> engine_;
  std::atomic<bool> started_{false};
  std::atomic<bool> stopped_{false};
  std::mutex stopping_{};
  bool clean_ = true; ///< what stop answered
};

} // namespace zzz_jobs
