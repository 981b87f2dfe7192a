#pragma once

#include <zzz_jobs/actors/runtime/guest_turn.hpp>
#include <zzz_jobs/actors/runtime/messages.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>
#include <zzz_jobs/actors/runtime/turn.hpp>

#include <caf/all.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace zzz_jobs::runtime {

struct StoreSetup {
  std::shared_ptr<AnyStore> store{};
  SharedPtr shared{};
};

class StoreState {
public:
  static inline const char* name = "zzz.store";

  caf::behavior start(caf::stateful_actor<StoreState>* self, StoreSetup setup);

private:
  // What arrives is kept until the turn.
  void hello(HelloMsg& message);
  void check(CheckMsg& message);
  void report(ReportMsg& message);
  void guest_batch(GuestBatchMsg& message);
  void demand(const DemandMsg& message);
  void withdraw(const WithdrawMsg& message);
  void queue_turn();

  void turn();
  bool apply_batch();
  [[nodiscard]] std::deque<std::shared_ptr<Turn>>& begun() const;
  bool end_turns();
  bool end_turn();
  void end_inherited_turns();
  void hand_back(BatchResult& result);
  void not_applied(Turn& turn, const std::exception_ptr& error);
  void note(const GuestCall& call, const BatchResult& result);
  void apply_alone(GuestCall& call);
  void answer_guests(Turn& turn, BatchResult& result);
  void reclaim(bool all);
  void run_calls();
  void compare_claims();
  void compare_claims(Subscriber& subscriber, const std::vector<Claim>& open);
  [[nodiscard]] bool has_unrecorded(std::string_view queue) const;
  [[nodiscard]] std::vector<Job> lost_jobs(const std::string& queue,
                                           const std::vector<Claim>& lost);
  void rescue_lost(const Subscriber& subscriber, const std::vector<Claim>& open,
                   const std::vector<Claim>& held);
  void set_aside_refused(const std::exception_ptr& error);
  void record_alone(const std::string& queue, Finished& finished);
  void set_locked_aside(Turn& turn, BatchResult& result);
  void tell_locked(const Finished& one);
  [[nodiscard]] bool is_set_aside(const Claim& claim) const;
  void try_locked();
  void quit();
  void alarm();
  void set_alarm(std::optional<UnixTime> due);

  // After a turn.
  void succeeded(Turn& turn, BatchResult result);
  void failed(const std::exception_ptr& error);
  void confirm(const QueuedReport& queued);
  [[nodiscard]] std::string outage_seconds() const;
  [[nodiscard]] std::size_t outcomes_waiting() const;
  void tell_cancelled(const BatchResult& result);
  void hand_out(const Turn& turn, BatchResult& result);

  Subscriber* find(std::string_view queue);
  [[nodiscard]] AnyStore& store() const { return *setup_.store; }

  caf::stateful_actor<StoreState>* self_ = nullptr;
  StoreSetup setup_{};
  Waiting waiting_{};
  std::vector<QueuedReport> locked_{}; ///< outcomes whose rows other transactions hold
  std::optional<SteadyTime> told_locked_at_{};
  std::deque<std::shared_ptr<StoreCall>> calls_{};
  bool turn_queued_ = false;
  bool guests_wait_ = false; ///< for a turn of this node's own parts
  std::optional<UnixTime> alarm_at_{};
  std::uint32_t failures_ = 0; ///< in a row
  std::optional<SteadyTime> retry_at_{};
  SteadyTime failing_since_{};
  SteadyTime told_at_{};
  SteadyTime alarmed_at_{};
};

/// The only caller of the store, on a thread of its own. It answers in turns:
/// everything that has arrived since the last turn (enqueues, outcomes, claims
/// of all queues) becomes one transaction, then all callers are answered. No
/// timer and no delay: a lone call is a turn of its own, and under load turns
/// grow by themselves.
///
/// healthy -> a turn fails -> outage: outcomes are kept, enqueues wait for their
/// time limit, turns are tried again with growing pauses -> a turn succeeds ->
/// healthy.
caf::behavior store_actor(caf::stateful_actor<StoreState>* self, StoreSetup setup);

} // namespace zzz_jobs::runtime
