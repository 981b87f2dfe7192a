#include "examples/digest_directory/signals.hpp"

#include <ctime>

namespace digest_directory {

Signals::Signals() {
  sigemptyset(&set_);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    sigaddset(&set_, number);
    // A shell that starts a program in the background may have it ignore these.
    std::signal(number, SIG_DFL);
  }
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

bool Signals::wait_for(std::chrono::milliseconds timeout) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  timespec time{};
  time.tv_sec = seconds.count();
  time.tv_nsec = std::chrono::nanoseconds{timeout - seconds}.count();
  return sigtimedwait(&set_, nullptr, &time) > 0;
}

void Signals::let_go() {
  pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
}

} // namespace digest_directory
