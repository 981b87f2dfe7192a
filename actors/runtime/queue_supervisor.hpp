#pragma once

#include <zzz_jobs/actors/runtime/blocking_pool.hpp>
#include <zzz_jobs/actors/runtime/directory.hpp>
#include <zzz_jobs/actors/runtime/messages.hpp>
#include <zzz_jobs/actors/runtime/pace.hpp>
#include <zzz_jobs/actors/runtime/queue_gauge.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>

#include <caf/all.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace zzz_jobs::runtime {

struct QueueSetup {
  std::string queue{};
  std::shared_ptr<QueueGauge> gauge{};
  SharedPtr shared{};
  std::shared_ptr<BlockingPool> pool{};
  std::shared_ptr<Directory> directory{};
  caf::actor store{};
};

class QueueState {
public:
  static inline const char* name = "zzz.queue";

  caf::behavior start(caf::stateful_actor<QueueState>* self, QueueSetup setup);

private:
  /// A worker and what it has to do.
  struct Slot {
    caf::actor worker{};                      ///< null: not spawned, or it ended
    std::shared_ptr<Assignment> assignment{}; ///< null: idle
    SteadyTime since{};
  };

  // Jobs in.
  void introduce();
  void send_check(bool asked_for);
  [[nodiscard]] std::vector<Claim> claims_held() const;
  void jobs_came(std::vector<Job>& jobs, bool more);
  void fill();
  void hand_to_workers();
  void ask_store();
  std::vector<Job> take_for_one(std::size_t idle);
  void assign(std::size_t slot, std::vector<Job> jobs);

  // Outcomes out.
  void news(const AssignmentMsg& message);
  void collect(Assignment& assignment);
  void report(std::vector<Finished> finished);
  void recorded(const RecordedMsg& message);

  // Time.
  void poll(std::uint64_t round);
  void poll_later();
  void look();
  void arm_look();
  void take_back(Assignment& assignment);
  void to_buffer(std::vector<Job> jobs);

  // Interventions.
  void stop_job(const StopJobMsg& message);
  void paused();
  void release_last_attempts();
  void set_concurrency(std::uint32_t concurrency);
  void store_replaced(const caf::actor& store);
  void worker_ended(const caf::down_msg& down);
  void drain(DrainMsg& message);
  void abandon();
  void release_waiting();
  void check_drained();
  void quit();

  [[nodiscard]] std::string worker_name(std::size_t index) const;
  std::shared_ptr<Assignment> vacate(Slot& slot);
  [[nodiscard]] std::size_t idle() const;

  caf::stateful_actor<QueueState>* self_ = nullptr;
  QueueSetup setup_{};
  std::uint32_t concurrency_ = 0;
  std::vector<Slot> slots_{};
  std::size_t busy_ = 0;                              ///< slots that have an assignment
  std::size_t first_look_ = 0;                        ///< where an idle slot is likely
  std::deque<Job> buffer_{};                          ///< claimed, not handed to a worker
  std::deque<std::shared_ptr<Report>> unconfirmed_{}; ///< on their way to the store
  Pace pace_{};
  std::uint32_t asked_slots_ = 0; ///< wanted of the store and not yet come
  std::uint32_t asked_prefetch_ = 0;
  bool more_waiting_ = false;    ///< the store had as many jobs as were wanted
  std::uint64_t poll_round_ = 0; ///< polls of earlier intervals are void
  bool looking_ = false;         ///< the look timer is armed
  bool withdrawing_ = false;
  bool withdrawn_ = false;
  std::uint64_t jobs_messages_ = 0; ///< JobsMsg had from this store actor
  SteadyTime progress_at_{};        ///< a worker last took or finished something
  std::function<void()> drained_{}; ///< set: draining
  bool draining_ = false;
};

/// Runs one queue: spawns workers up to its concurrency, keeps them busy with
/// claimed jobs, and has no more jobs claimed than they can start soon. Owns its
/// workers.
///
/// running -> draining (no claims; what is not started goes back) -> drained (nothing runs,
/// everything is recorded) -> ended.
caf::behavior queue_supervisor(caf::stateful_actor<QueueState>* self, QueueSetup setup);

} // namespace zzz_jobs::runtime
