#pragma once

#include <zzz_jobs/actors/runtime/blocking_pool.hpp>
#include <zzz_jobs/actors/runtime/messages.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>

#include <caf/all.hpp>

#include <memory>
#include <set>

namespace zzz_jobs::runtime {

struct WorkerSetup {
  caf::actor supervisor{};
  SharedPtr shared{};
  std::shared_ptr<BlockingPool> pool{};
};

class WorkerState {
public:
  static inline const char* name = "zzz.worker";

  caf::behavior start(caf::stateful_actor<WorkerState>* self, WorkerSetup setup);

private:
  void assign(AssignMsg& message);
  void submit();
  void tell_no_thread(std::string_view error);
  void worked();
  void orphaned();
  void watch_timeouts();
  void look_at(SteadyTime when);

  caf::stateful_actor<WorkerState>* self_ = nullptr;
  WorkerSetup setup_{};
  std::size_t slot_ = 0;
  std::shared_ptr<Assignment> assignment_{};
  std::multiset<SteadyTime> looks_{}; ///< the timers that are set
};

/// Runs assignments one at a time: idle -> AssignMsg -> busy -> worked through ->
/// idle. The handlers block a thread of the pool, never this actor, which stays
/// free to hear that a job shall stop and to end a job whose time is up.
caf::behavior worker_actor(caf::stateful_actor<WorkerState>* self, WorkerSetup setup);

} // namespace zzz_jobs::runtime
