#pragma once

#include <zzz_jobs/config/job_opts.hpp>
#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/job.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace zzz_jobs {

/// The published set of thirteen operations: construction from a `Config`,
/// destruction and these eleven. Blocking; called by one thread at a time.
///
/// - `enqueue` adds a job; its answer has the id, and `conflict` set where it is
///   the live job of the same unique key.
/// - `claim` takes the next available job of a queue, if there is one.
/// - `complete`, `fail`, `discard` end the current execution of a job;
///   `fail` decides between retry and discard.
/// - `rescue_stuck` returns executions without an owner that are older than the
///   age to their queue and says how many.
/// - `delete_completed` removes completed jobs that ended before a time and says
///   how many.
template <class S>
concept Store = std::constructible_from<S, typename S::Config> && requires(
  S& store, std::string_view text, const JobOpts& opts, std::int64_t id, std::chrono::seconds age,
  UnixTime time, JobState state) {
  { store.enqueue(text, text, opts) } -> std::same_as<Job>;
  { store.claim(text) } -> std::same_as<std::optional<Job>>;
  store.complete(id);
  store.fail(id, text);
  store.discard(id, text);
  { store.rescue_stuck(age) } -> std::convertible_to<std::uint32_t>;
  { store.count_by_state(text, state) } -> std::convertible_to<std::int64_t>;
  store.pause(text);
  store.resume_queue(text);
  { store.is_paused(text) } -> std::convertible_to<bool>;
  { store.delete_completed(time) } -> std::convertible_to<std::uint32_t>;
};

/// A Store that does a whole turn in one transaction, and what operators need.
/// Blocking; called by one thread at a time unless the store says otherwise.
///
/// - `apply` may move strings out of the parts of the batch that succeeded.
///   After a throw nothing of the turn happened and the batch is as it was,
///   except with errc::in_doubt.
/// - `node_id` is the owner written into the rows that `apply` claims.
/// - `open_claims` are the executions of this node in a queue, as stored.
/// - `rescue_dead_owners` returns the jobs of nodes known to be dead, and says
///   whose executions ended (attempt used; discarded where it was the last).
/// - `retry` makes a final or waiting job available with renewed attempts;
///   `cancel` ends a live job, a running one included; `remove` deletes a job
///   that is not executing.
/// - `last_tick` is the newest tick of a cron entry that was fired, `cron_since`
///   the same, where an entry that is new begins with the given time, kept like
///   a tick: what is missed between registration and first tick is known.
/// - `set_cron_paused` is kept like a tick; what passed while the entry was paused
///   counts as fired when it is resumed.
/// - `prune` deletes at most `limit` final jobs that the policy gives up, and
///   says how many.
///
/// A store may offer more, and is used through it where it does:
///
/// - `std::vector<Change> change_all(ChangeKind, const std::vector<std::int64_t>& ids)`
///   does to many jobs (each id stands there once), in one transaction, what `cancel`,
///   `retry` and `remove` do to one; by rising id where that matters. One answer for
///   each, in their order; a store may stop after some, but not before the first.
///   After a throw nothing of it happened.
/// - `std::vector<Job> get_all(const std::vector<std::int64_t>& ids)` are those of the
///   jobs that are there, by id.
template <class S>
concept BatchStore = Store<S> && requires(S& store, Batch& batch, std::int64_t id,
                                          const JobFilter& filter, const Page& page,
                                          std::string_view text, UnixTime time,
                                          const PrunePolicy& policy, std::uint32_t limit) {
  { store.apply(batch) } -> std::same_as<BatchResult>;
  { store.node_id() } -> std::convertible_to<std::int64_t>;
  { store.now() } -> std::same_as<UnixTime>;
  { store.get(id) } -> std::same_as<std::optional<Job>>;
  { store.list(filter, page) } -> std::same_as<std::vector<Job>>;
  { store.counts() } -> std::same_as<std::vector<QueueCount>>;
  { store.settings() } -> std::same_as<std::vector<QueueSettings>>;
  { store.retry(id) } -> std::same_as<Change>;
  { store.cancel(id) } -> std::same_as<Change>;
  { store.remove(id) } -> std::same_as<Change>;
  { store.open_claims(text) } -> std::same_as<std::vector<Claim>>;
  { store.rescue_dead_owners() } -> std::same_as<std::vector<Job>>;
  { store.last_tick(text) } -> std::same_as<std::optional<UnixTime>>;
  { store.cron_since(text, time) } -> std::same_as<UnixTime>;
  store.set_cron_paused(text, true);
  { store.is_cron_paused(text) } -> std::convertible_to<bool>;
  { store.prune(policy, limit) } -> std::convertible_to<std::uint32_t>;
};

} // namespace zzz_jobs
