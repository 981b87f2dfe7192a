#pragma once

#include <zzz_jobs/actors/runtime/engine.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace zzz_jobs::runtime {

struct Turn;

/// The engine of the modes manual and inlined: no actors, no threads; whoever
/// calls does the work. The same execution and the same store operations as with
/// actors, so that a test sees what production does; only timeouts are nobody's.
class DirectEngine final : public Engine {
public:
  DirectEngine(SharedPtr shared, std::shared_ptr<AnyStore> store);

  /// Rescues the jobs of dead owners, as the actors do first of all.
  void start() override;
  /// Nothing is executed from now on. A handler that runs in another thread hears
  /// of it; the answer is then false.
  bool stop() override;
  std::vector<Enqueued> enqueue(std::vector<NewJob> jobs) override;
  void with_store(const std::function<void(AnyStore&)>& work) override;
  std::shared_ptr<Guest> admit_guest(std::string name, GuestListener listener) override;
  void end() override {}
  void hurry_stop() override {}
  void look_again() override {}
  void queue_paused(std::string_view, bool) override {}
  void cancelled(const Claim& claim) override;
  void crons_changed() override {}
  void compare_claims() override {}
  [[nodiscard]] std::vector<QueueStatus> queues() const override;
  bool set_concurrency(std::string_view queue, std::uint32_t concurrency) override;
  bool set_poll_interval(std::string_view queue, std::chrono::milliseconds) override {
    return set_concurrency(queue, 1);
  }
  bool run_queue(const QueueConfig& queue) override;
  bool drop_queue(std::string_view queue) override;
  std::uint64_t attach_telemetry(TelemetryHandler handler) override;
  void detach_telemetry(std::uint64_t id) override;

  /// One execution and how it ended.
  struct Ran {
    Job job{}; ///< as it is afterwards
    OutcomeKind kind{};
    JobState state{}; ///< what the outcome made of it
    bool refused = false;
  };

  /// Claims the next available job of a queue and runs it here; none if there
  /// was none. @throws Error(not_allowed) after `stop`; what the store throws:
  /// an outcome that it did not take is kept for the next turn.
  std::optional<Ran> run_one(const std::string& queue);
  /// When the next scheduled or retryable job becomes due.
  [[nodiscard]] std::optional<UnixTime> next_due();
  /// Every queue that has jobs, in order of names.
  [[nodiscard]] std::vector<std::string> queues_with_jobs();

private:
  BatchResult apply(Turn& turn);
  BatchResult apply_to_store(Turn& turn);
  void add_unrecorded(Turn& turn);
  void keep_unrecorded(Turn& turn);
  void store_failed(std::string text);
  void run_now(const std::vector<Enqueued>& answers, const std::vector<std::string>& queues);
  Ran execute_here(Job job);
  void tell_started(const Job& job);
  Ran record(Finished finished);
  Job as_kept(Job job);

  SharedPtr shared_;
  std::shared_ptr<AnyStore> store_;
  std::recursive_mutex mutex_{}; ///< a handler may call the supervisor
  std::vector<std::pair<Claim, std::shared_ptr<StopSignal>>> running_{};
  std::vector<Finished> unrecorded_{};       ///< their outcomes go with the next turn
  std::multiset<std::int64_t> to_run_now_{}; ///< inlined, and not claimed yet
  bool failing_ = false;                     ///< the store's last turn failed
  std::atomic<bool> stopped_{false};
};

} // namespace zzz_jobs::runtime
