#include <zzz_jobs/nodes/run/service.hpp>

#include <systemd/sd-daemon.h>

#include <time.h>

#include <cstdint>

namespace zzz_jobs::node {
namespace {

void tell(const std::string& lines) {
  (void)sd_notify(0, lines.c_str()); // nobody may be there to hear it
}

} // namespace

void Service::ready(const std::string& status) {
  tell("READY=1\nSTATUS=" + status);
}

void Service::stopping(const std::string& status) {
  tell("STOPPING=1\nSTATUS=" + status);
}

/// systemd wants to know when, by its own clock.
void Service::reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto microseconds = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000
    + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void Service::reloaded(const std::string& status) {
  ready(status);
}

void Service::status(const std::string& text) {
  tell("STATUS=" + text);
}

void Service::feed_watchdog() {
  tell("WATCHDOG=1");
}

std::optional<std::chrono::milliseconds> Service::watchdog_interval() const {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0)
    return std::nullopt;
  return std::chrono::milliseconds{microseconds / 2000};
}

} // namespace zzz_jobs::node
