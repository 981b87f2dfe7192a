#include <zzz_jobs/nodes/control/store_counts.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace zzz_jobs::node::control {
namespace {

/// A job that was put off began to wait when it became due.
std::optional<std::chrono::seconds> oldest_waiting(AnyStore& store, const std::string& queue) {
  const auto jobs =
    store.list({.state = JobState::available, .queue = queue}, {.after_id = 0, .limit = 10});
  std::optional<std::chrono::seconds> oldest;
  const auto now = store.now();
  for (const auto& job : jobs) {
    const auto waits = now - std::max(job.inserted_at, job.scheduled_at);
    oldest = std::max(oldest.value_or(std::chrono::seconds{0}), waits);
  }
  return oldest;
}

bool take_one(std::size_t& left) {
  if (left == 0)
    return false;
  --left;
  return true;
}

} // namespace

QueueStates look_at_counts(AnySupervisor& supervisor) {
  QueueStates queues;
  std::set<std::string> here;
  for (const auto& queue : supervisor.queues()) {
    queues[queue.name] = {};
    here.insert(queue.name);
  }
  supervisor.with_store([&](AnyStore& store) {
    for (const auto& one : store.counts())
      queues[one.queue].counts[static_cast<std::size_t>(one.state)] = one.count;
    for (const auto& one : store.settings())
      queues[one.queue].paused = one.paused;
    // A statement each: the store has other things to do where there are thousands.
    std::size_t others_left = 100;
    for (auto& [name, queue] : queues)
      if (queue.count(JobState::available) > 0 && (here.contains(name) || take_one(others_left)))
        queue.oldest_waiting = oldest_waiting(store, name);
  });
  return queues;
}

Json counts_json(const QueueState& queue) {
  auto counts = Json::object();
  for (std::size_t i = 0; i < job_state_count; ++i)
    if (queue.counts[i] > 0)
      counts[std::string{to_string(static_cast<JobState>(i))}] = queue.counts[i];
  return counts;
}

Json queues_json(const AnySupervisor& supervisor, const QueueStates& queues) {
  const auto here = supervisor.queues();
  auto list = Json::array();
  for (const auto& [name, queue] : queues) {
    Json one{{"queue", name}, {"paused", queue.paused}};
    for (const auto& status : here)
      if (status.name == name) {
        one["concurrency"] = status.concurrency;
        one["running"] = status.running;
      }
    one["counts"] = counts_json(queue);
    if (queue.oldest_waiting)
      one["oldest_waiting_s"] = queue.oldest_waiting->count();
    list.push_back(std::move(one));
  }
  return list;
}

} // namespace zzz_jobs::node::control
