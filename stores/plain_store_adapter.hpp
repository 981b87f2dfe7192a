#pragma once

#include <zzz_jobs/stores/cron_ticks.hpp>
#include <zzz_jobs/stores/plain_claims.hpp>
#include <zzz_jobs/stores/store.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace zzz_jobs {

/// A BatchStore of a plain Store (the published operations only), so that a
/// store ported from the Zig library works under the supervisor. One thread at
/// a time; the store's `claim` must raise `attempt`, and nobody else may end
/// executions that were claimed through the adapter.
///
/// What a plain store cannot do is done here, in memory, as far as it goes:
/// - Outcomes are fenced by the adapter's own table of open claims.
/// - A job of an unknown worker that `claim` returned, one released and one
///   snoozed cannot be put back: it is parked here (at most
///   PlainClaims::parked_max), counted as available or scheduled, and handed out
///   when its worker is known and its time has come. After a crash
///   `rescue_stuck` returns it, at the cost of an attempt.
/// - `prefetch` is not used: a plain claim cannot leave a last attempt alone.
/// - `fail` waits as long as the store says, not as long as the outcome does; a
///   rescue is a failure; a cancelled job ends discarded; results and progress
///   are not kept.
/// - Ticks of cron entries are remembered until the process ends.
/// - A turn is not one transaction. If a call fails when others of the turn are
///   done, enqueues say so each for itself, claims are left for the next turn, and
///   an outcome makes the turn fail with errc::in_doubt.
/// - `list`, `remove`, and `get`, `retry`, `cancel` of jobs that are neither
///   executing here nor parked throw Error(unsupported), as does `prune` by
///   anything but the age of completed jobs.
template <Store S>
class PlainStoreAdapter {
public:
  using Config = S&;

  explicit PlainStoreAdapter(S& store, std::shared_ptr<const Clock> clock = system_clock())
    : store_(&store), clock_(std::move(clock)) {}

  // --- the published operations, handed on

  Job enqueue(std::string_view worker, std::string_view args, const JobOpts& opts = {}) {
    auto job = store_->enqueue(worker, args, opts);
    see(job.queue);
    if (const auto known = claims_.find(job.id)) { // a conflict with a job from here
      job = *known;
      job.conflict = true;
    }
    return job;
  }
  std::optional<Job> claim(std::string_view queue) {
    see(queue);
    return store_->claim(queue);
  }
  void complete(std::int64_t id) {
    store_->complete(id);
    claims_.forget(id);
  }
  void fail(std::int64_t id, std::string_view error) {
    store_->fail(id, error);
    claims_.close(id);
  }
  void discard(std::int64_t id, std::string_view error) {
    store_->discard(id, error);
    claims_.forget(id);
  }
  /// Only what is older than all executions of this process too, as those have a
  /// living owner.
  std::uint32_t rescue_stuck(std::chrono::seconds age) {
    if (const auto oldest = claims_.oldest())
      age = std::max(age, now() - *oldest + std::chrono::seconds{1});
    return static_cast<std::uint32_t>(store_->rescue_stuck(age));
  }
  std::int64_t count_by_state(std::string_view queue, JobState state) {
    see(queue);
    auto count = static_cast<std::int64_t>(store_->count_by_state(queue, state))
      + claims_.count_parked(queue, state);
    if (state == JobState::executing)
      count -= claims_.count_parked(queue, JobState::available)
        + claims_.count_parked(queue, JobState::scheduled);
    return count;
  }
  void pause(std::string_view queue) {
    store_->pause(queue);
    see(queue);
  }
  void resume_queue(std::string_view queue) { store_->resume_queue(queue); }
  bool is_paused(std::string_view queue) { return static_cast<bool>(store_->is_paused(queue)); }
  std::uint32_t delete_completed(UnixTime older_than) {
    return static_cast<std::uint32_t>(store_->delete_completed(older_than));
  }

  // --- what the actors and operators use

  BatchResult apply(Batch& batch) {
    BatchResult result;
    apply_outcomes(batch, result);
    for (auto& job : batch.enqueues)
      result.enqueued.push_back(insert(job));
    const bool claims_only = batch.outcomes.empty() && batch.enqueues.empty();
    bool may_fail = claims_only;
    for (const auto& request : batch.claims) {
      result.claimed.push_back(claim_many(request, may_fail));
      may_fail = may_fail && result.claimed.back().empty();
    }
    result.next_due = claims_.next_due();
    return result;
  }

  /// A plain store writes no owners.
  std::int64_t node_id() { return 0; }
  UnixTime now() { return clock_->now(); }

  std::optional<Job> get(std::int64_t id) { return known_job(id, "get"); }
  std::vector<Job> list(const JobFilter&, const Page&) { unsupported("list"); }
  Change remove(std::int64_t) { unsupported("remove"); }

  Change retry(std::int64_t id) {
    const auto job = known_job(id, "retry");
    auto change = change_of(job);
    if (job.state == JobState::scheduled) {
      claims_.make_due(id);
      change.result = ChangeResult::changed;
    }
    return change;
  }

  Change cancel(std::int64_t id) {
    const auto job = known_job(id, "cancel");
    store_->discard(id, "cancelled");
    claims_.forget(id);
    auto change = change_of(job);
    change.result = ChangeResult::changed;
    return change;
  }

  std::vector<QueueCount> counts() {
    std::vector<QueueCount> counts;
    for (const auto& queue : queues_)
      for (std::size_t number = 0; number < job_state_count; ++number) {
        const auto state = static_cast<JobState>(number);
        if (const auto count = count_by_state(queue, state); count > 0)
          counts.push_back({queue, state, count});
      }
    return counts;
  }

  std::vector<QueueSettings> settings() {
    std::vector<QueueSettings> settings;
    for (const auto& queue : queues_)
      if (is_paused(queue))
        settings.push_back({queue, true});
    return settings;
  }

  std::vector<Claim> open_claims(std::string_view queue) { return claims_.open_claims(queue); }

  /// A plain store knows no owners.
  std::vector<Job> rescue_dead_owners() { return {}; }

  std::optional<UnixTime> last_tick(std::string_view entry) { return cron_ticks_.last(entry); }

  UnixTime cron_since(std::string_view entry, UnixTime begin) {
    return cron_ticks_.since(entry, begin);
  }

  void set_cron_paused(std::string_view entry, bool paused) {
    cron_ticks_.set_paused(entry, paused, now());
  }

  bool is_cron_paused(std::string_view entry) { return cron_ticks_.is_paused(entry); }

  /// The plain operation knows no limit: all that is old enough goes. What else the policy
  /// wants is an error, after that.
  std::uint32_t prune(const PrunePolicy& policy, std::uint32_t) {
    const auto deleted = policy.completed.age ? delete_completed(now() - *policy.completed.age) : 0;
    if (policy.completed.count || policy.discarded.age || policy.discarded.count
        || policy.cancelled.age || policy.cancelled.count)
      unsupported("prune by anything but the age of completed jobs");
    return deleted;
  }

private:
  [[noreturn]] static void unsupported(const std::string& operation) {
    throw Error(errc::unsupported, operation + ": not offered by a plain store");
  }

  void see(std::string_view queue) {
    if (!queues_.contains(queue))
      queues_.emplace(queue);
  }

  Job known_job(std::int64_t id, const std::string& operation) {
    auto job = claims_.find(id);
    if (!job)
      unsupported(operation + " of a job that is not executing here");
    return *std::move(job);
  }

  static Change change_of(const Job& job) {
    Change change{.result = ChangeResult::not_allowed, .before = job.state, .queue = job.queue};
    if (job.state == JobState::executing)
      change.claim = job.claim();
    return change;
  }

  // --- outcomes

  void apply_outcomes(Batch& batch, BatchResult& result) {
    for (const auto& outcome : batch.outcomes) {
      const auto state = end_unless_lost(outcome, !result.outcomes.empty());
      result.outcomes.push_back(state ? OutcomeResult::applied : OutcomeResult::refused);
      result.outcome_states.push_back(state.value_or(JobState::available));
    }
  }

  /// The job's new state; none if the claim was lost.
  std::optional<JobState> end_unless_lost(const Outcome& outcome, bool others_done) {
    const auto* job = claims_.find_open(outcome.claim);
    if (!job)
      return std::nullopt;
    try {
      return end(*job, outcome);
    } catch (const Error& error) {
      if (error.code() == errc::job_not_found || error.code() == errc::not_allowed) {
        claims_.forget(outcome.claim.job_id); // somebody else ended it
        return std::nullopt;
      }
      if (!others_done)
        throw;
      throw Error(errc::in_doubt, error.what());
    }
  }

  JobState end(const Job& job, const Outcome& outcome) {
    const auto id = job.id;
    switch (outcome.kind) {
      case OutcomeKind::complete: complete(id); return JobState::completed;
      case OutcomeKind::fail: return fail_open(job, outcome.error);
      case OutcomeKind::rescue: return fail_open(job, "lost: " + outcome.error);
      case OutcomeKind::discard:
      case OutcomeKind::cancel: discard(id, outcome.error); return JobState::discarded;
      case OutcomeKind::release: claims_.park_open(id, UnixTime{}); return JobState::available;
      case OutcomeKind::snooze:
        claims_.park_open(id, after(outcome.delay));
        return JobState::scheduled;
    }
    unsupported("this outcome");
  }

  JobState fail_open(const Job& job, std::string_view error) {
    const auto id = job.id;
    const bool is_last = job.is_last_attempt();
    fail(id, error);
    if (!is_last)
      return JobState::retryable;
    claims_.forget(id);
    return JobState::discarded;
  }

  /// A handler's delay may be absurd: it is held to 0..100 years.
  UnixTime after(std::chrono::seconds delay) {
    constexpr std::chrono::seconds longest = std::chrono::days{36'525};
    return now() + std::clamp(delay, std::chrono::seconds{0}, longest);
  }

  // --- enqueues

  Enqueued insert(NewJob& job) {
    Enqueued done;
    if (job.tick && cron_ticks_.was_fired(*job.tick)) {
      done.conflict = true;
      return done;
    }
    try {
      const auto kept = enqueue(job.worker, job.args, opts_of(job));
      if (job.tick)
        cron_ticks_.fired(*job.tick);
      done = {.id = kept.id,
              .conflict = kept.conflict,
              .state = kept.state,
              .inserted_at = kept.inserted_at,
              .scheduled_at = kept.scheduled_at};
      note_replaced(done, kept, job);
    } catch (const Error& error) {
      done.failed = error.code();
      done.error = error.what();
    } catch (const std::exception& error) {
      done.failed = errc::unavailable;
      done.error = error.what();
    }
    return done;
  }

  JobOpts opts_of(const NewJob& job) {
    auto start = job.scheduled_at;
    if (job.delay)
      start = now() + *job.delay;
    return {.queue = job.queue,
            .priority = job.priority,
            .max_attempts = job.max_attempts,
            .scheduled_at = start,
            .unique_key = job.unique_key,
            .unique_strategy = job.unique_strategy,
            .timeout = job.timeout};
  }

  /// The job claimed here that the store ended for the sake of `kept`. Of those that wait in
  /// the store nothing is known.
  void note_replaced(Enqueued& done, const Job& kept, const NewJob& job) {
    if (!job.unique_key || job.unique_strategy != UniqueStrategy::cancel_existing)
      return;
    const auto holder = claims_.holder_of(*job.unique_key);
    if (!holder || *holder == kept.id)
      return;
    const auto replaced = claims_.find(*holder);
    claims_.forget(*holder);
    done.replaced = *holder;
    if (replaced->state == JobState::executing)
      done.cancelled = replaced->claim();
  }

  // --- claims

  std::vector<Job> claim_many(const ClaimRequest& request, bool may_fail) {
    see(request.queue);
    std::vector<Job> jobs;
    if (is_paused(request.queue))
      return jobs;
    for (auto& job :
         claims_.take_parked(request.queue, request.slots, request.known_workers, now()))
      jobs.push_back(claims_.open(std::move(job)));
    try {
      claim_from_store(request, jobs);
    } catch (...) { // what is claimed must not be lost with the error
      if (may_fail && jobs.empty())
        throw;
    }
    std::sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) {
      return std::pair{a.priority, a.id} < std::pair{b.priority, b.id};
    });
    return jobs;
  }

  void claim_from_store(const ClaimRequest& request, std::vector<Job>& jobs) {
    const auto* known = request.known_workers.get();
    while (jobs.size() < request.slots && claims_.may_park()) {
      auto job = store_->claim(request.queue);
      if (!job)
        return;
      if (!job->attempted_at)
        job->attempted_at = now();
      if (known && !known->contains(job->worker))
        claims_.park(*std::move(job));
      else
        jobs.push_back(claims_.open(*std::move(job)));
    }
  }

  S* store_;
  std::shared_ptr<const Clock> clock_;
  PlainClaims claims_{};
  std::set<std::string, std::less<>> queues_{}; ///< seen so far
  CronTicks cron_ticks_{};
};

} // namespace zzz_jobs
