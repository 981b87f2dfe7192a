#pragma once

#include <zzz_jobs/nodes/workers/descriptor.hpp>
#include <zzz_jobs/nodes/workers/group_guard.hpp>
#include <zzz_jobs/nodes/workers/program.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace zzz_jobs::node {

/// How a process ended.
struct ExitState {
  int status = 0; ///< if it exited
  int signal = 0; ///< if a signal ended it, else 0
  std::chrono::milliseconds cpu_time{0};
};

/// A program that runs, in a process group of its own. Ended with the object: what is
/// left of the group is killed. One thread's, which must live as long: the program is
/// killed with it, and the group with this process (see GroupGuard), so that nothing
/// outlives a node that was killed.
class ChildProcess {
public:
  /// Starts `program` with `input` at its standard input and `facts` ("NAME=VALUE")
  /// added to its environment.
  /// @throws Error(unavailable) without descriptors or processes, and if the program
  /// cannot be executed (any more); says why.
  ChildProcess(const Program& program, const std::vector<std::string>& facts,
               std::string_view input);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// What the program writes to 1, 2 and 3; not blocking. Given away once.
  [[nodiscard]] Descriptor take_output() { return std::move(output_); }
  [[nodiscard]] Descriptor take_errors() { return std::move(errors_); }
  [[nodiscard]] Descriptor take_control() { return std::move(control_); }
  /// Readable when the program has ended.
  [[nodiscard]] int exit_event() const noexcept { return exit_event_.number(); }

  /// To all processes of its group; before `wait`.
  void signal_group(int number) const noexcept;

  /// Kills what is left of the group and waits for the program's end.
  /// @throws Error(unavailable) if somebody else in this process has waited for it.
  ExitState wait();

private:
  GuardedGroup group_{}; // given back last
  pid_t pid_ = -1;
  Descriptor exit_event_{};
  Descriptor output_{};
  Descriptor errors_{};
  Descriptor control_{};
};

} // namespace zzz_jobs::node
