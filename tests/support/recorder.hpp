#pragma once

#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <zzz_jobs/actors/telemetry.hpp>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <vector>

namespace zzz_jobs::support {

/// The events in the order of their arrival.
class Recorder {
public:
  [[nodiscard]] TelemetryHandler handler() {
    return [this](const Event& event) {
      const std::lock_guard lock(mutex_);
      events_.push_back(event);
    };
  }
  [[nodiscard]] std::size_t count(EventType type) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(
      events_.begin(), events_.end(), [&](const Event& event) { return event.type == type; }));
  }
  [[nodiscard]] Event first(EventType type) {
    REQUIRE(eventually([&] { return count(type) > 0; }));
    const std::lock_guard lock(mutex_);
    return *std::find_if(events_.begin(), events_.end(),
                         [&](const Event& event) { return event.type == type; });
  }

private:
  std::mutex mutex_{};
  std::vector<Event> events_{};
};

} // namespace zzz_jobs::support
