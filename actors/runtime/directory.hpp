#pragma once

#include <caf/actor.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zzz_jobs::runtime {

/// Who is there now, for those outside the actors: handles change when an actor
/// is replaced. Names: "store", "queue NAME", "worker QUEUE INDEX", "cron",
/// "rescuer", "pruner", "telemetry ID". Any thread; written by the keeper, and
/// for workers by their queue supervisor.
class Directory {
public:
  void set(const std::string& name, caf::actor actor) {
    const std::lock_guard lock(mutex_);
    actors_[name] = std::move(actor);
  }
  void remove(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (const auto found = actors_.find(name); found != actors_.end())
      actors_.erase(found);
  }
  /// Null if there is none of this name.
  [[nodiscard]] caf::actor find(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = actors_.find(name);
    return found == actors_.end() ? caf::actor{} : found->second;
  }
  [[nodiscard]] caf::actor store() const { return find("store"); }
  [[nodiscard]] std::vector<caf::actor> queues() const {
    const std::lock_guard lock(mutex_);
    std::vector<caf::actor> queues;
    for (const auto& [name, actor] : actors_)
      if (name.rfind("queue ", 0) == 0)
        queues.push_back(actor);
    return queues;
  }

  /// The supervisor ends: nobody is replaced any more.
  void close() { closed_ = true; }
  [[nodiscard]] bool closed() const { return closed_; }

private:
  std::atomic<bool> closed_{false};
  mutable std::mutex mutex_{};
  std::map<std::string, caf::actor, std::less<>> actors_{};
};

} // namespace zzz_jobs::runtime
