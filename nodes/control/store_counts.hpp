#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/nodes/control/json.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace zzz_jobs::node::control {

/// What the store has of one queue.
struct QueueState {
  bool paused = false;
  std::array<std::int64_t, job_state_count> counts{}; ///< by the states' numbers
  /// How long the oldest of the first ten available jobs, by id, has waited; of the queues
  /// of this node and a hundred others.
  std::optional<std::chrono::seconds> oldest_waiting{};

  [[nodiscard]] std::int64_t count(JobState state) const {
    return counts[static_cast<std::size_t>(state)];
  }
};

/// By name: those that have jobs or were paused, and those worked here.
using QueueStates = std::map<std::string, QueueState>;

/// Asks the store, in one go. @throws Error(unavailable).
[[nodiscard]] QueueStates look_at_counts(AnySupervisor& supervisor);

/// {state: n} of the states that have jobs.
[[nodiscard]] Json counts_json(const QueueState& queue);
/// With what runs on this node, where the queue does.
[[nodiscard]] Json queues_json(const AnySupervisor& supervisor, const QueueStates& queues);

} // namespace zzz_jobs::node::control
