#include <zzz_jobs/nodes/run/idle.hpp>

#include <zzz_jobs/actors/runtime/cron_table.hpp>

#include <algorithm>

namespace zzz_jobs::node {
namespace {

bool has_available(AnyStore& store, const std::string& queue,
                   const std::vector<std::string>& workers) {
  return std::any_of(workers.begin(), workers.end(), [&](const std::string& worker) {
    const JobFilter filter{.state = JobState::available, .queue = queue, .worker = worker};
    return !store.list(filter, {.limit = 1}).empty();
  });
}

/// An empty turn makes available what is due, and says when the next job is.
bool has_due(AnyStore& store) {
  Batch nothing;
  const auto next = store.apply(nothing).next_due;
  return next && *next <= store.now();
}

/// An execution of a process before this one will be rescued, and is due then. Of a
/// store that several nodes share, others see to theirs; what has no owner is a foreign
/// program's.
bool has_orphan(AnyStore& store, const std::string& queue) {
  if (!store.nodes().empty())
    return false;
  constexpr std::uint32_t looked_at_max = 1000;
  const auto executing =
    store.list({.state = JobState::executing, .queue = queue}, {.limit = looked_at_max});
  return std::any_of(executing.begin(), executing.end(),
                     [&](const Job& job) { return job.node && *job.node != store.node_id(); });
}

/// Whether a tick is still to be fired. What was missed of an entry that skips is not,
/// and what comes now of it would be skipped by the next node as well.
bool awaits_tick(const CronStatus& cron, UnixTime now) {
  if (cron.paused)
    return false;
  if (!cron.last_tick)
    return true; // nobody has looked at it yet
  const runtime::CronEntry entry{cron.name, CronExpr::parse(cron.expression), cron.opts, cron.job};
  return !entry.due(*cron.last_tick, now, now).empty();
}

bool has_due_tick(AnySupervisor& supervisor) {
  const auto crons = supervisor.crons();
  if (crons.empty())
    return false;
  UnixTime now{};
  supervisor.with_store([&](AnyStore& store) { now = store.now(); });
  return std::any_of(crons.begin(), crons.end(),
                     [&](const CronStatus& cron) { return awaits_tick(cron, now); });
}

bool is_idle_in(AnyStore& store, const std::vector<QueueStatus>& queues,
                const std::vector<std::string>& workers) {
  if (has_due(store))
    return false;
  return std::none_of(queues.begin(), queues.end(), [&](const QueueStatus& queue) {
    if (!store.open_claims({queue.name}).front().empty() || has_orphan(store, queue.name))
      return true;
    return !store.is_paused(queue.name) && has_available(store, queue.name, workers);
  });
}

} // namespace

bool is_idle(AnySupervisor& supervisor) {
  const auto queues = supervisor.queues();
  // The cheap question first: while something runs, the store is left alone.
  if (std::any_of(queues.begin(), queues.end(), [](const auto& one) { return one.running > 0; }))
    return false;
  if (has_due_tick(supervisor)) // before the jobs: what it fires is one of them then
    return false;
  const auto workers = supervisor.worker_names();
  bool idle = false;
  supervisor.with_store([&](AnyStore& store) { idle = is_idle_in(store, queues, workers); });
  return idle;
}

} // namespace zzz_jobs::node
