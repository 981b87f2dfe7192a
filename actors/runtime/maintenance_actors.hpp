#pragma once

#include <zzz_jobs/actors/runtime/directory.hpp>
#include <zzz_jobs/actors/runtime/messages.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>

#include <caf/all.hpp>

#include <memory>

namespace zzz_jobs::runtime {

struct MaintenanceSetup {
  SharedPtr shared{};
  std::shared_ptr<Directory> directory{};
};

struct RescuerState {
  static inline const char* name = "zzz.rescuer";
};
struct PrunerState {
  static inline const char* name = "zzz.pruner";
};

/// Every `rescue_interval`, at once after its start: returns the jobs of dead
/// owners, and executions without an owner that are older than `rescue_after`.
/// Any number of nodes may do so at once.
caf::behavior rescuer(caf::stateful_actor<RescuerState>* self, MaintenanceSetup setup);

/// Every `prune_interval`: deletes what the retention gives up, in pages, other
/// turns of the store between them.
caf::behavior pruner(caf::stateful_actor<PrunerState>* self, MaintenanceSetup setup);

} // namespace zzz_jobs::runtime
