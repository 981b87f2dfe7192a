#pragma once

#include <zzz_jobs/actors/telemetry.hpp>
#include <zzz_jobs/config/log.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace zzz_jobs::runtime {

using Events = std::shared_ptr<const std::vector<Event>>;

/// Hands events to the telemetry handlers. Any thread.
class TelemetryHub {
public:
  /// Takes events to one handler; must not throw or block.
  using Sink = std::function<void(const Events&)>;

  std::uint64_t attach(Sink sink);
  void detach(std::uint64_t id);

  /// Whether anybody listens: ask before making events.
  [[nodiscard]] bool active() const noexcept { return active_.load(std::memory_order_relaxed); }
  void publish(std::vector<Event> events) const;

private:
  struct Attached {
    std::uint64_t id = 0;
    std::shared_ptr<const Sink> sink{};
  };

  mutable std::mutex mutex_{};
  std::vector<Attached> attached_{};
  std::uint64_t next_id_ = 1;
  std::atomic<bool> active_{false};
};

/// Calls `handler` with the event; what it throws is logged.
void call_handler(const TelemetryHandler& handler, const Event& event, const LogSink& log);

} // namespace zzz_jobs::runtime
