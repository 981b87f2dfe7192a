#pragma once

#include <zzz_jobs/nodes/workers/descriptor.hpp>

#include <atomic>
#include <memory>

#include <sys/types.h>

namespace zzz_jobs::node {

/// A process beside this one that outlives it for a moment: should we be killed, it
/// kills the process groups that we had. The system kills only the programs that we
/// started ourselves (see `launch`), not what those started in turn, as each shell does.
///
/// The two share a table of groups in memory, so that keeping it costs nothing; the
/// guard sleeps until a pipe that only we hold says that we have ended.
class GroupGuard {
public:
  /// This process's; started if it is not there. Any thread.
  /// @throws Error(unavailable) if the system has no more processes.
  static std::shared_ptr<GroupGuard> of_this_process();

  GroupGuard();
  ~GroupGuard();
  GroupGuard(const GroupGuard&) = delete;
  GroupGuard& operator=(const GroupGuard&) = delete;

private:
  friend class GuardedGroup;
  struct Table;
  [[noreturn]] void stand_guard(int alive) noexcept;

  Table* table_ = nullptr;
  Descriptor alive_{}; ///< what the guard waits for the end of
  pid_t owner_ = -1;
};

/// One group's place in the table; given back with the object, when all is over.
class GuardedGroup {
public:
  GuardedGroup();
  ~GuardedGroup();
  GuardedGroup(const GuardedGroup&) = delete;
  GuardedGroup& operator=(const GuardedGroup&) = delete;

  /// Where the new process writes its number before anything else can happen; null
  /// where all places are taken, and the group is not guarded.
  [[nodiscard]] std::atomic<pid_t>* place() const noexcept { return place_; }

private:
  std::shared_ptr<GroupGuard> guard_;
  std::atomic<pid_t>* place_ = nullptr;
};

} // namespace zzz_jobs::node
