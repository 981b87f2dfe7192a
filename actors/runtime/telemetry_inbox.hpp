#pragma once

#include <zzz_jobs/actors/runtime/telemetry_hub.hpp>

#include <caf/actor.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace zzz_jobs::runtime {

/// The way of events to one telemetry handler, whichever actor serves it at the
/// moment. Any thread.
class TelemetryInbox {
public:
  /// Events sent to one actor and not handled.
  using Waiting = std::shared_ptr<std::atomic<std::size_t>>;

  struct Served {
    caf::actor actor{}; ///< null: nobody yet, or it is being replaced
    Waiting waiting{};
  };

  /// A new actor serves the handler, with a count of its own: what its
  /// predecessor had is gone.
  void serve(caf::actor actor, Waiting waiting) {
    const std::lock_guard lock(mutex_);
    served_ = {std::move(actor), std::move(waiting)};
  }
  [[nodiscard]] Served served() const {
    const std::lock_guard lock(mutex_);
    return served_;
  }

  /// Calls the handler unless it is detached; false then.
  bool call(const TelemetryHandler& handler, const Event& event, const LogSink& log) {
    const std::lock_guard lock(calling_);
    if (detached_)
      return false;
    caller_ = std::this_thread::get_id();
    call_handler(handler, event, log);
    caller_ = std::thread::id{};
    return true;
  }
  /// From now on the handler is not called; waits for a call under way, unless
  /// it is this thread's.
  void detach() {
    detached_ = true;
    if (caller_ != std::this_thread::get_id())
      const std::lock_guard wait(calling_);
  }

private:
  mutable std::mutex mutex_{};
  Served served_{};
  std::mutex calling_{};
  std::atomic<std::thread::id> caller_{};
  std::atomic<bool> detached_{false};
};

} // namespace zzz_jobs::runtime
