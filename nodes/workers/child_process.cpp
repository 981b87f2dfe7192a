#include <zzz_jobs/nodes/workers/child_process.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/workers/launch.hpp>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <system_error>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace zzz_jobs::node {
namespace {

/// Exec promises not to write into them.
std::vector<char*> pointers(const std::vector<std::string>& texts,
                            const std::vector<std::string>& more = {}) {
  std::vector<char*> result;
  result.reserve(texts.size() + more.size() + 1);
  for (const auto* list : {&texts, &more})
    for (const auto& text : *list)
      result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

std::string why_not_executed(const Program& program, int error) {
  std::error_code ignored;
  if (error == ENOENT && std::filesystem::exists(program.path, ignored))
    return "the interpreter that its first line names is not there";
  if (error == ENOEXEC)
    return "it is no program of this machine; a script begins with a line such as #!/bin/sh";
  if (error == E2BIG)
    return "its arguments and environment are too long together";
  return std::generic_category().message(error);
}

[[noreturn]] void refuse(const Program& program, const LaunchFailure& failure) {
  const auto because = std::generic_category().message(failure.error);
  const auto text = [&]() -> std::string {
    switch (failure.step) {
      case LaunchStep::program:
        return "cannot execute \"" + program.path
          + "\": " + why_not_executed(program, failure.error);
      case LaunchStep::directory:
        return "cannot go to directory \"" + program.directory + "\": " + because;
      case LaunchStep::limits: return "cannot set the limits of the program: " + because;
      case LaunchStep::group: return "cannot make a session: " + because;
      case LaunchStep::descriptors: return "cannot pass descriptors: " + because;
      case LaunchStep::none:
      case LaunchStep::start:
      case LaunchStep::parent: break;
    }
    return "cannot start a process: " + because;
  }();
  throw Error(errc::unavailable, text);
}

std::chrono::milliseconds milliseconds_of(const timeval& time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
    std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec});
}

} // namespace

ChildProcess::ChildProcess(const Program& program, const std::vector<std::string>& facts,
                           std::string_view input) {
  const auto args = make_input(input);
  auto output = make_pipe();
  auto errors = make_pipe();
  auto control = make_pipe();
  const auto arguments = pointers(program.arguments);
  const auto environment = pointers(program.environment, facts);
  Launch how{.path = program.path.c_str(),
             .arguments = arguments.data(),
             .environment = environment.data(),
             .directory = program.directory.empty() ? nullptr : program.directory.c_str(),
             .descriptors = {args.number(), output.write_end.number(), errors.write_end.number(),
                             control.write_end.number()},
             .memory_bytes_max = program.memory_bytes_max,
             .group = group_.place()};
  if (program.cpu_max)
    how.cpu_seconds_max = static_cast<rlim_t>(program.cpu_max->count());
  LaunchFailure failure;
  pid_ = launch(how, failure);
  if (failure.step != LaunchStep::none)
    refuse(program, failure);
  output_ = std::move(output.read_end);
  errors_ = std::move(errors.read_end);
  control_ = std::move(control.read_end);
  exit_event_ = Descriptor{static_cast<int>(syscall(SYS_pidfd_open, pid_, 0))};
  if (!exit_event_.is_open()) {
    const int error = errno;
    signal_group(SIGKILL);
    wait();
    throw Error(errc::unavailable, "pidfd_open: " + std::generic_category().message(error));
  }
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0)
    return;
  signal_group(SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void ChildProcess::signal_group(int number) const noexcept {
  if (pid_ > 0)
    kill(-pid_, number); // fails if all have ended, which is as good
}

ExitState ChildProcess::wait() {
  // Before it is waited for: until then its number is nobody else's.
  signal_group(SIGKILL);
  int status = 0;
  rusage used{};
  const pid_t pid = std::exchange(pid_, -1);
  while (wait4(pid, &status, 0, &used) < 0)
    if (errno != EINTR)
      throw Error(errc::unavailable,
                  "how the program ended is not known: SIGCHLD is ignored in this process, or "
                  "somebody else waits for its children");
  ExitState state{.cpu_time = milliseconds_of(used.ru_utime) + milliseconds_of(used.ru_stime)};
  if (WIFSIGNALED(status))
    state.signal = WTERMSIG(status);
  else
    state.status = WEXITSTATUS(status);
  return state;
}

} // namespace zzz_jobs::node
