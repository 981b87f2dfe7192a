#pragma once

#include <zzz_jobs/actors/runtime/maintenance_actors.hpp>

#include <caf/all.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace zzz_jobs::runtime {

class CronState {
public:
  static inline const char* name = "zzz.cron";

  caf::behavior start(caf::stateful_actor<CronState>* self, MaintenanceSetup setup);

private:
  void ask_store();
  void fire_due(const CronTicksMsg& ticks);
  void fire(const CronEntry& entry, UnixTime tick);
  void look_in(std::chrono::milliseconds time);

  caf::stateful_actor<CronState>* self_ = nullptr;
  MaintenanceSetup setup_{};
  std::optional<UnixTime> running_since_{}; ///< by the store's clock
  /// Ticks on their way to the store.
  std::shared_ptr<std::atomic<int>> firing_ = std::make_shared<std::atomic<int>>(0);
  std::uint64_t timer_ = 0; ///< only the newest timer counts
};

/// Enqueues a job at each tick of each cron entry. What has been fired is known
/// by the store, which refuses a tick the second time: any number of nodes may
/// run the same entries, and one that fails to fire tries again.
caf::behavior cron_scheduler(caf::stateful_actor<CronState>* self, MaintenanceSetup setup);

} // namespace zzz_jobs::runtime
