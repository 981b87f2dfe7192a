#pragma once

#include <zzz_jobs/actors/runtime/counters.hpp>
#include <zzz_jobs/actors/runtime/cron_table.hpp>
#include <zzz_jobs/actors/runtime/execution.hpp>
#include <zzz_jobs/actors/runtime/guest_book.hpp>
#include <zzz_jobs/actors/runtime/notice_hub.hpp>
#include <zzz_jobs/actors/runtime/telemetry_hub.hpp>
#include <zzz_jobs/actors/runtime/trouble_board.hpp>
#include <zzz_jobs/actors/runtime/worker_registry.hpp>
#include <zzz_jobs/config/supervisor_config.hpp>
#include <zzz_jobs/stores/any_store.hpp>

#include <atomic>
#include <deque>
#include <memory>
#include <string_view>
#include <utility>

namespace zzz_jobs::runtime {

struct Turn;

/// What a supervisor's façade, engine and actors all know. Each part guards
/// itself; it outlives the supervisor while a handler still runs.
struct Shared {
  explicit Shared(SupervisorConfig chosen) : config(std::move(chosen)) {}

  const SupervisorConfig config;
  WorkerRegistry workers{};
  CronTable crons{};
  TelemetryHub telemetry{};
  NoticeHub notices{};
  Counters counters{};
  GuestBook guests{};
  /// Turns whose commits are under way, in their order. The store actor's alone; here,
  /// as the store works with them until they end, whatever becomes of that actor.
  std::deque<std::shared_ptr<Turn>> begun_turns{};
  TroubleBoard trouble{};
  /// The supervisor stops: queues claim nothing, replaced ones neither.
  std::atomic<bool> draining{false};

  /// The request with its worker's options where it is silent, checked.
  /// @throws Error(invalid_argument | too_large).
  [[nodiscard]] NewJob new_job(std::string_view worker, std::string args,
                               const JobOpts& opts) const {
    const auto known = workers.workers();
    const auto found = known->find(worker);
    return make_new_job(worker, std::move(args),
                        found == known->end() ? opts : merged(opts, found->second->opts),
                        config.limits);
  }
  [[nodiscard]] ExecutionRules rules() const {
    return {config.limits, config.unknown_workers == UnknownWorkers::discard};
  }
  /// Null where the store shall hand out jobs of unknown workers too.
  [[nodiscard]] KnownWorkers claimable() const {
    return config.unknown_workers == UnknownWorkers::discard ? nullptr : workers.names();
  }
  /// What the application's sink throws ends nobody of ours.
  void log(LogLevel level, std::string_view line) const noexcept {
    try {
      if (config.log)
        config.log(level, line);
    } catch (...) { // there is nobody left to tell
    }
  }
};

using SharedPtr = std::shared_ptr<Shared>;

} // namespace zzz_jobs::runtime
