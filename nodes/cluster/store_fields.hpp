#pragma once

#include <zzz_jobs/actors/guest.hpp>
#include <zzz_jobs/config/retention.hpp>
#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/node_record.hpp>

#include <cstdint>
#include <tuple>

// What of the stores' types goes over a link, in this order: the protocol of kind
// "store". Fields are added at the end, never taken out or changed; who is older
// ignores them, and leaves them at their defaults.

namespace zzz_jobs {

#define ZZZ_JOBS_WIRE_FIELDS(type, ...)                                                            \
  inline auto wire_fields(type& x) {                                                               \
    return std::tie(__VA_ARGS__);                                                                  \
  }                                                                                                \
  inline auto wire_fields(const type& x) {                                                         \
    return std::tie(__VA_ARGS__);                                                                  \
  }

ZZZ_JOBS_WIRE_FIELDS(Claim, x.job_id, x.attempt)
ZZZ_JOBS_WIRE_FIELDS(HeldClaim, x.claim, x.queue)
ZZZ_JOBS_WIRE_FIELDS(Job, x.id, x.state, x.queue, x.worker, x.args, x.priority, x.attempt,
                     x.max_attempts, x.free_attempts, x.timeout, x.scheduled_at, x.attempted_at,
                     x.completed_at, x.inserted_at, x.errors, x.unique_key, x.result, x.progress,
                     x.progress_note, x.node, x.conflict)
ZZZ_JOBS_WIRE_FIELDS(CronTick, x.entry, x.at)
ZZZ_JOBS_WIRE_FIELDS(NewJob, x.worker, x.args, x.queue, x.priority, x.max_attempts, x.timeout,
                     x.scheduled_at, x.delay, x.unique_key, x.unique_strategy, x.tick)
ZZZ_JOBS_WIRE_FIELDS(JobOpts, x.queue, x.priority, x.max_attempts, x.scheduled_at, x.delay,
                     x.unique_key, x.unique_strategy, x.timeout)
ZZZ_JOBS_WIRE_FIELDS(Outcome, x.claim, x.kind, x.delay, x.error, x.result, x.erase)
ZZZ_JOBS_WIRE_FIELDS(Progress, x.claim, x.percent, x.note)
ZZZ_JOBS_WIRE_FIELDS(Enqueued, x.id, x.conflict, x.state, x.inserted_at, x.scheduled_at,
                     x.cancelled, x.replaced, x.failed, x.error)
ZZZ_JOBS_WIRE_FIELDS(BatchResult, x.outcomes, x.outcome_states, x.enqueued, x.claimed, x.next_due)
ZZZ_JOBS_WIRE_FIELDS(JobFilter, x.state, x.queue, x.worker, x.unique_key)
ZZZ_JOBS_WIRE_FIELDS(Page, x.after_id, x.limit, x.newest_first)
ZZZ_JOBS_WIRE_FIELDS(Change, x.result, x.before, x.claim, x.queue)
ZZZ_JOBS_WIRE_FIELDS(QueueCount, x.queue, x.state, x.count)
ZZZ_JOBS_WIRE_FIELDS(QueueSettings, x.queue, x.paused)
ZZZ_JOBS_WIRE_FIELDS(NodeDescription, x.name, x.address, x.version, x.pid)
ZZZ_JOBS_WIRE_FIELDS(NodeRecord, x.id, x.is, x.started_at, x.is_alive)
ZZZ_JOBS_WIRE_FIELDS(Retention, x.age, x.count)
ZZZ_JOBS_WIRE_FIELDS(PrunePolicy, x.completed, x.discarded, x.cancelled)

// The last value of each enumeration: beyond it is nothing that is known here.
constexpr JobState wire_last(JobState) {
  return JobState::scheduled;
}
constexpr OutcomeKind wire_last(OutcomeKind) {
  return OutcomeKind::rescue;
}
constexpr OutcomeResult wire_last(OutcomeResult) {
  return OutcomeResult::locked;
}
constexpr UniqueStrategy wire_last(UniqueStrategy) {
  return UniqueStrategy::cancel_existing;
}
constexpr ChangeKind wire_last(ChangeKind) {
  return ChangeKind::remove;
}
constexpr ChangeResult wire_last(ChangeResult) {
  return ChangeResult::key_taken;
}
constexpr errc wire_last(errc) {
  return errc::unsupported;
}

} // namespace zzz_jobs
