#include <zzz_jobs/nodes/workers/launch.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace zzz_jobs::node {
namespace {

// From vfork to exec the child runs on our thread's stack while that thread waits:
// only system calls, no allocation, no lock, no return from child_main.

/// What the child says to its parent through the memory they share. Volatile: a
/// compiler may think that what is stored before a function ends for good is lost.
struct Report {
  volatile LaunchStep step = LaunchStep::none;
  volatile int error = 0;
};

/// Exec resets handlers, but keeps what is ignored.
void reset_signals() noexcept {
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number)
    sigaction(number, &plain, nullptr); // fails for KILL and STOP, which cannot change
}

bool take_descriptors(const std::array<int, 4>& descriptors) noexcept {
  int target = 0;
  for (const int source : descriptors)
    if (dup2(source, target++) < 0)
      return false;
  if (syscall(SYS_close_range, 4U, ~0U, 0U) == 0)
    return true;
  // Before Linux 5.9: what has no O_CLOEXEC among the first ones.
  for (int other = 4; other < 4096; ++other)
    close(other);
  return true;
}

/// Never above what we may set ourselves.
bool limit(__rlimit_resource_t resource, rlim_t soft, rlim_t hard) noexcept {
  rlimit now{};
  if (getrlimit(resource, &now) != 0)
    return false;
  const rlimit wanted{std::min(soft, now.rlim_max), std::min(hard, now.rlim_max)};
  return setrlimit(resource, &wanted) == 0;
}

bool set_limits(const Launch& how) noexcept {
  if (how.memory_bytes_max && !limit(RLIMIT_AS, *how.memory_bytes_max, *how.memory_bytes_max))
    return false;
  // The soft limit sends XCPU, which a program may catch; a second later it is killed.
  return !how.cpu_seconds_max || limit(RLIMIT_CPU, *how.cpu_seconds_max, *how.cpu_seconds_max + 1);
}

[[noreturn]] void give_up(LaunchStep step, Report& report) noexcept {
  report.error = errno;
  report.step = step;
  _exit(127);
}

[[noreturn]] void child_main(const Launch& how, pid_t parent, Report& report) noexcept {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
    give_up(LaunchStep::parent, report);
  // A group of its own, and no terminal that asking for a password could stop it at.
  if (setsid() < 0)
    give_up(LaunchStep::group, report);
  if (how.group != nullptr)
    how.group->store(getpid());
  if (how.directory != nullptr && chdir(how.directory) != 0)
    give_up(LaunchStep::directory, report);
  if (!take_descriptors(how.descriptors))
    give_up(LaunchStep::descriptors, report);
  reset_signals();
  sigset_t none{};
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  if (!set_limits(how))
    give_up(LaunchStep::limits, report);
  execve(how.path, how.arguments, how.environment);
  give_up(LaunchStep::program, report);
}

/// Apart, so that nothing that vfork could clobber is in the caller's frame.
__attribute__((noinline)) pid_t start(const Launch& how, pid_t parent, Report& report) noexcept {
  const pid_t pid = vfork();
  if (pid == 0)
    child_main(how, parent, report);
  if (pid < 0) {
    report.error = errno;
    report.step = LaunchStep::start;
  }
  return pid;
}

} // namespace

pid_t launch(const Launch& how, LaunchFailure& failure) noexcept {
  Report report;
  // A handler of ours must not run in the child: it would change our memory.
  sigset_t all{};
  sigset_t before{};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = start(how, getpid(), report);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  failure = {report.step, report.error};
  if (pid > 0 && failure.step != LaunchStep::none) {
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return -1;
  }
  return pid;
}

} // namespace zzz_jobs::node
