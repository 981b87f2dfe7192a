#pragma once

#include <chrono>
#include <csignal>

namespace digest_directory {

/// SIGINT, SIGTERM and SIGHUP as something to wait for. They are blocked, so that
/// none interrupts anything; made before the first thread, which inherits that.
class Signals {
public:
  Signals();

  /// True if one came within `timeout`.
  bool wait_for(std::chrono::milliseconds timeout);

  /// From now on they end the process, as they do without this class.
  void let_go();

private:
  sigset_t set_{};
};

} // namespace digest_directory
