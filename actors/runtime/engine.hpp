#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/stores/any_store.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::runtime {

/// Who talks to the store and executes jobs for a supervisor: actors, or the
/// caller's thread in tests. Any thread; blocking; throws Error.
class Engine {
public:
  virtual ~Engine() = default;

  virtual void start() = 0;
  /// True if every handler ended.
  virtual bool stop() = 0;
  /// Ends everything; every other call may still be made, and is refused.
  virtual void end() = 0;
  /// The stop under way, or the next one, fires stop tokens at once.
  virtual void hurry_stop() = 0;

  virtual std::vector<Enqueued> enqueue(std::vector<NewJob> jobs) = 0;
  /// Runs `work` with the store to itself.
  virtual void with_store(const std::function<void(AnyStore&)>& work) = 0;

  /// @throws Error(unsupported) where there are no actors.
  virtual std::shared_ptr<Guest> admit_guest(std::string name, GuestListener listener) = 0;

  // Notices of what has happened in the store.

  /// Jobs may have become available.
  virtual void look_again() = 0;
  virtual void queue_paused(std::string_view queue, bool paused) = 0;
  /// The execution has lost its claim to a cancellation.
  virtual void cancelled(const Claim& claim) = 0;
  virtual void crons_changed() = 0;
  /// Executions of this process may have been ended by others.
  virtual void compare_claims() = 0;

  [[nodiscard]] virtual std::vector<QueueStatus> queues() const = 0;
  /// False if this process does not run the queue.
  virtual bool set_concurrency(std::string_view queue, std::uint32_t concurrency) = 0;
  virtual bool set_poll_interval(std::string_view queue, std::chrono::milliseconds interval) = 0;
  /// False if this process runs one of the name.
  /// @throws Error(unsupported) where there are no actors.
  virtual bool run_queue(const QueueConfig& queue) = 0;
  /// Drains it. False if this process does not run it.
  virtual bool drop_queue(std::string_view queue) = 0;
  virtual std::uint64_t attach_telemetry(TelemetryHandler handler) = 0;
  virtual void detach_telemetry(std::uint64_t id) = 0;
};

} // namespace zzz_jobs::runtime
