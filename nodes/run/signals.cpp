#include <zzz_jobs/nodes/run/signals.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

namespace zzz_jobs::node {
namespace {

sigset_t ours() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&set, number);
  return set;
}

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

} // namespace

Signals::Signals() {
  const auto set = ours();
  if (const int error = pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0)
    throw std::system_error(error, std::generic_category(), "pthread_sigmask");
  signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals_ < 0)
    fail("signalfd");
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_ < 0) {
    close(signals_);
    fail("eventfd");
  }
}

Signals::~Signals() {
  close(signals_);
  close(wake_);
}

std::optional<int> Signals::wait(std::chrono::milliseconds time) {
  std::array<pollfd, 2> both{{{signals_, POLLIN, 0}, {wake_, POLLIN, 0}}};
  if (poll(both.data(), both.size(), static_cast<int>(time.count())) <= 0)
    return std::nullopt;
  std::uint64_t count = 0;
  if ((both[1].revents & POLLIN) != 0)
    (void)!read(wake_, &count, sizeof count);
  signalfd_siginfo info{};
  if (read(signals_, &info, sizeof info) == sizeof info)
    return static_cast<int>(info.ssi_signo);
  return std::nullopt;
}

void Signals::wake() noexcept {
  const std::uint64_t one = 1;
  (void)!write(wake_, &one, sizeof one);
}

} // namespace zzz_jobs::node
