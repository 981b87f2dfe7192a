#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace zzz_jobs::node {

/// What systemd is told of this service; nothing where it did not start us. Any
/// thread.
class Service {
public:
  /// Jobs are worked from now on.
  void ready(const std::string& status);
  void stopping(const std::string& status);
  void reloading();
  void reloaded(const std::string& status);
  void status(const std::string& text);
  /// The node makes progress.
  void feed_watchdog();
  /// How often that is wanted: half of the time after which systemd would end us;
  /// none: no watchdog.
  [[nodiscard]] std::optional<std::chrono::milliseconds> watchdog_interval() const;
};

} // namespace zzz_jobs::node
