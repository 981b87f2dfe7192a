#pragma once

#include <zzz_jobs/actors/runtime/blocking_pool.hpp>
#include <zzz_jobs/actors/runtime/directory.hpp>
#include <zzz_jobs/actors/runtime/messages.hpp>
#include <zzz_jobs/actors/runtime/queue_gauge.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>

#include <caf/all.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace zzz_jobs::runtime {

struct KeeperSetup {
  SharedPtr shared{};
  std::shared_ptr<AnyStore> store{};
  std::shared_ptr<BlockingPool> pool{};
  std::shared_ptr<Directory> directory{};
  std::shared_ptr<QueueTable> queues{};
};

class KeeperState {
public:
  static inline const char* name = "zzz.keeper";

  caf::behavior start(caf::stateful_actor<KeeperState>* self, KeeperSetup setup);

private:
  struct Child {
    std::function<caf::actor()> spawn{};
    caf::actor actor{};
    SteadyTime since{};
    std::uint32_t restarts = 0; ///< in a row, without a long life between
    bool dismissed = false;     ///< not to be replaced
  };

  void add(const std::string& child, std::function<caf::actor()> spawn);
  void spawn(const std::string& child);
  void add_telemetry(const AddTelemetryMsg& message);
  void dismiss(const std::string& child);
  void start_all();
  void start_queues();
  void drain(const std::string& queue);
  void drained(const std::string& queue);
  void child_ended(const caf::down_msg& down);
  void end();
  void end_next();
  void kill_rest();

  caf::stateful_actor<KeeperState>* self_ = nullptr;
  KeeperSetup setup_{};
  std::map<std::string, Child> children_{};
  bool started_ = false;
  bool ending_ = false;
};

/// The root of the supervision tree: spawns the store actor, the queue
/// supervisors, cron, rescuer, pruner and telemetry actors, and replaces the one
/// that ends unasked, at once the first time, with growing pauses if it goes on.
caf::behavior keeper(caf::stateful_actor<KeeperState>* self, KeeperSetup setup);

} // namespace zzz_jobs::runtime
