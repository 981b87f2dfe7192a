#include <zzz_jobs/nodes/run/idle.hpp>

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

bool is_idle_in(AnyStore& store, const std::vector<QueueStatus>& queues,
                const std::vector<std::string>& workers) {
  if (has_due(store))
    return false;
  return std::none_of(queues.begin(), queues.end(), [&](const QueueStatus& queue) {
    if (!store.open_claims({queue.name}).front().empty())
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
  const auto workers = supervisor.worker_names();
  bool idle = false;
  supervisor.with_store([&](AnyStore& store) { idle = is_idle_in(store, queues, workers); });
  return idle;
}

} // namespace zzz_jobs::node
