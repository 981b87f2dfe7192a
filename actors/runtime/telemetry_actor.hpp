#pragma once

#include <zzz_jobs/actors/runtime/blocking_pool.hpp>
#include <zzz_jobs/actors/runtime/messages.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>
#include <zzz_jobs/actors/runtime/telemetry_inbox.hpp>

#include <caf/all.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>

namespace zzz_jobs::runtime {

struct TelemetrySetup {
  TelemetryHandler handler{};
  SharedPtr shared{};
  std::shared_ptr<BlockingPool> pool{};
  std::shared_ptr<TelemetryInbox> inbox{};
  TelemetryInbox::Waiting waiting{}; ///< its senders stop at the limit
};

class TelemetryState {
public:
  static inline const char* name = "zzz.telemetry";

  TelemetryState() = default;
  ~TelemetryState() { *ended_ = true; }
  TelemetryState(const TelemetryState&) = delete;
  TelemetryState& operator=(const TelemetryState&) = delete;

  caf::behavior start(caf::stateful_actor<TelemetryState>* self, TelemetrySetup setup);

private:
  void hand_over();

  caf::stateful_actor<TelemetryState>* self_ = nullptr;
  TelemetrySetup setup_{};
  std::deque<Events> events_{};
  /// True once this actor has ended: its task then handles no further event.
  std::shared_ptr<std::atomic<bool>> ended_ = std::make_shared<std::atomic<bool>>(false);
  bool busy_ = false;
  bool quitting_ = false;
};

/// Feeds one telemetry handler, in order, on a thread of the pool: however slow
/// it is, it blocks nobody else.
caf::behavior telemetry_actor(caf::stateful_actor<TelemetryState>* self, TelemetrySetup setup);

} // namespace zzz_jobs::runtime
