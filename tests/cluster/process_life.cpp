#include "cluster/process_life.hpp"

#include <csignal>
#include <ctime>

#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace zzz_jobs::cluster {

namespace {

sigset_t end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

} // namespace

void die_with_parent() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() == 1) // it was too late
    _exit(1);
}

void hold_end_signals() {
  const auto signals = end_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void wait_for_end() {
  const auto signals = end_signals();
  int signal = 0;
  sigwait(&signals, &signal);
}

bool has_end_come() {
  static bool come = false;
  const auto signals = end_signals();
  const timespec at_once{};
  come = come || sigtimedwait(&signals, nullptr, &at_once) > 0;
  return come;
}

} // namespace zzz_jobs::cluster
