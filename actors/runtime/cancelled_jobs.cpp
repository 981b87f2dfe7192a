#include <zzz_jobs/actors/runtime/cancelled_jobs.hpp>

#include <utility>

namespace zzz_jobs::runtime {
namespace {

/// They are cancelled, whatever comes of the question how they look now.
std::vector<Job> as_kept(AnyStore& store, const std::vector<std::int64_t>& ids) {
  try {
    return store.get_all(ids);
  } catch (const Error&) {
    return {};
  }
}

} // namespace

std::vector<Event> cancelled_events(AnyStore& store, const std::vector<std::int64_t>& ids) {
  std::vector<Event> events;
  for (auto& job : as_kept(store, ids)) {
    Event event{.type = EventType::job_cancelled, .queue = job.queue};
    event.result.job = std::move(job);
    events.push_back(std::move(event));
  }
  return events;
}

std::vector<Event> note_replaced(AnyStore& store, const std::vector<Enqueued>& enqueued,
                                 Shared& shared) {
  std::vector<std::int64_t> ids;
  for (const auto& answer : enqueued)
    if (answer.replaced != 0)
      ids.push_back(answer.replaced);
  if (ids.empty())
    return {};
  shared.counters.cancelled.fetch_add(ids.size(), std::memory_order_relaxed);
  return shared.telemetry.active() ? cancelled_events(store, ids) : std::vector<Event>{};
}

} // namespace zzz_jobs::runtime
