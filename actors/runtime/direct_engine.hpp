#pragma once

#include <zzz_jobs/actors/runtime/engine.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace zzz_jobs::runtime {

struct Turn;

/// The engine of the modes manual and inlined: no actors, no threads; whoever
/// calls does the work. The same execution and the same store operations as with
/// actors, so that a test sees what production does.
class DirectEngine final : public Engine {
public:
  DirectEngine(SharedPtr shared, std::shared_ptr<AnyStore> store);

  void start() override {}
  bool stop() override { return true; }
  std::vector<Enqueued> enqueue(std::vector<NewJob> jobs) override;
  void with_store(const std::function<void(AnyStore&)>& work) override;
  void look_again() override {}
  void queue_paused(std::string_view, bool) override {}
  void cancelled(const Claim& claim) override;
  void crons_changed() override {}
  bool set_concurrency(std::string_view queue, std::uint32_t concurrency) override;
  std::uint64_t attach_telemetry(TelemetryHandler handler) override;
  void detach_telemetry(std::uint64_t id) override;

  /// Claims the next available job of a queue and runs it here. None if there
  /// was none; else the job as it is afterwards.
  std::optional<Job> run_one(const std::string& queue);
  /// When the next scheduled or retryable job becomes due.
  [[nodiscard]] std::optional<UnixTime> next_due();
  /// Every queue that has jobs, in order of names.
  [[nodiscard]] std::vector<std::string> queues();

private:
  BatchResult apply(Turn& turn);
  void run_now(const std::vector<Enqueued>& answers, const std::vector<std::string>& queues);
  std::optional<Job> execute_here(Job job);
  void record(Finished finished);

  SharedPtr shared_;
  std::shared_ptr<AnyStore> store_;
  std::recursive_mutex mutex_{}; ///< a handler may call the supervisor
  std::vector<std::pair<Claim, std::shared_ptr<StopSignal>>> running_{};
};

} // namespace zzz_jobs::runtime
