#pragma once

#include <chrono>
#include <optional>

namespace zzz_jobs::node {

/// SIGINT, SIGTERM and SIGHUP as values: blocked in this thread and in all that it
/// starts from now on, and read here. Made before any other thread; one a process.
class Signals {
public:
  /// @throws std::system_error.
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// The next signal's number; none within `time`, or when `wake` was called.
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds time);
  /// Ends a wait under way, or the next one. Any thread.
  void wake() noexcept;

private:
  int signals_ = -1; ///< signalfd
  int wake_ = -1;    ///< eventfd
};

} // namespace zzz_jobs::node
