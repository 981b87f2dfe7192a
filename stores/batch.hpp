#pragma once

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/config/retention.hpp>
#include <zzz_jobs/stores/job.hpp>
#include <zzz_jobs/stores/new_job.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace zzz_jobs {

/// What became of an execution.
enum class OutcomeKind : std::uint8_t {
  complete, ///< -> completed
  fail,     ///< -> retryable after `delay`, or discarded on the last attempt
  discard,  ///< -> discarded
  cancel,   ///< -> cancelled
  snooze,   ///< -> scheduled after `delay`; uses no attempt
  release,  ///< -> available; never started, uses no attempt
  rescue,   ///< -> available, or discarded on the last attempt; lost on the way
};

/// The end of one execution. It counts only while its claim is the current one.
struct Outcome {
  Claim claim{};
  OutcomeKind kind = OutcomeKind::complete;
  std::chrono::seconds delay{0};
  std::string error{};                 ///< fail, discard, cancel, rescue: the reason
  std::optional<std::string> result{}; ///< complete: what the handler recorded
  bool erase = false;                  ///< complete: the row goes with it
};

enum class OutcomeResult : std::uint8_t {
  applied, ///< The row now has the reported state.
  refused, ///< The claim was lost (rescued, cancelled, deleted); no change.
  locked,  ///< Another transaction holds the row; no change, to be reported again.
};

/// What a running handler says of itself. Refused in silence like an outcome.
struct Progress {
  Claim claim{};
  std::int32_t percent = 0; ///< 0 to 100
  std::string note{};
};

/// Worker names that a claimant can run; shared because it rarely changes.
/// Null: all.
using KnownWorkers = std::shared_ptr<const std::unordered_set<std::string>>;

/// Wanted jobs of one queue.
struct ClaimRequest {
  std::string queue{};
  /// Jobs that start at once.
  std::uint32_t slots = 0;
  /// Further jobs, that start soon. Never a job's last attempt: a crash before
  /// its start would discard a job that never ran.
  std::uint32_t prefetch = 0;
  /// New jobs of the queue may start here at once, without being offered to
  /// other nodes.
  bool direct = true;
  /// Of the claimant: jobs of other workers are left alone. Claims with the same
  /// pointer share what a store has learnt for them; a store may take equal names
  /// behind another pointer for other ones.
  KnownWorkers known_workers{};
};

/// Everything that a store does in one transaction, in this order: what is due
/// becomes available, progress, outcomes, enqueues, claims.
struct Batch {
  std::vector<Outcome> outcomes{};
  std::vector<Progress> progress{};
  std::vector<NewJob> enqueues{};
  std::vector<ClaimRequest> claims{}; ///< of one queue too, by several claimants
};

/// What became of one enqueue.
struct Enqueued {
  std::int64_t id = 0;   ///< of the new job, or of the live one it conflicts with
  bool conflict = false; ///< a live job has the key (or the cron tick was fired)
  /// Executing: a direct start, the job is among those that the batch claimed.
  JobState state = JobState::available;
  UnixTime inserted_at{};
  UnixTime scheduled_at{};
  std::optional<Claim> cancelled{}; ///< the execution that cancel_existing ended
  std::int64_t replaced = 0;        ///< the job that cancel_existing cancelled; 0: none
  errc failed{};                    ///< not 0: this row alone was refused (store_full, ...)
  std::string error{};              ///< the reason then
};

struct BatchResult {
  std::vector<OutcomeResult> outcomes{};   ///< as in the batch
  std::vector<JobState> outcome_states{};  ///< the row's state after an applied one
  std::vector<Enqueued> enqueued{};        ///< as in the batch
  std::vector<std::vector<Job>> claimed{}; ///< as in the batch; by priority, id
  std::optional<UnixTime> next_due{};      ///< when the next waiting job becomes due
};

/// Which jobs to list; unset fields match all.
struct JobFilter {
  std::optional<JobState> state{};
  std::optional<std::string> queue{};
  std::optional<std::string> worker{};
  std::optional<std::string> unique_key{};
};

/// A page of a listing, in the order of ids.
struct Page {
  std::int64_t after_id = 0; ///< ids greater than this; 0: from the start
  std::uint32_t limit = 100; ///< 1 to 10,000
  bool newest_first = false; ///< ids descending, less than after_id (0: from the end)
};

/// What is done to jobs by hand: `cancel` ends a live job, a running one included,
/// `retry` makes a final or waiting one available with renewed attempts, `remove`
/// deletes one that is not executing.
enum class ChangeKind : std::uint8_t { cancel, retry, remove };

/// How an intervention by hand ended.
enum class ChangeResult : std::uint8_t {
  changed,
  not_found,   ///< no such job
  not_allowed, ///< its state does not permit it
  key_taken,   ///< retry: another live job has its unique key now
};
struct Change {
  ChangeResult result = ChangeResult::not_found;
  JobState before = JobState::available; ///< its state before
  Claim claim{};                         ///< its execution, if it was executing
  std::string queue{};                   ///< its queue
};

struct QueueCount {
  std::string queue{};
  JobState state = JobState::available;
  std::int64_t count = 0;
};

/// What is kept of a queue across restarts.
struct QueueSettings {
  std::string queue{};
  bool paused = false;
};

} // namespace zzz_jobs
