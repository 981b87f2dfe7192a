#pragma once

#include <zzz_jobs/actors/guest.hpp>
#include <zzz_jobs/actors/runtime/execution.hpp>
#include <zzz_jobs/stores/any_store.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <vector>

namespace zzz_jobs::runtime {

/// Whether a call that waits for the store actor can still be taken back. The
/// caller, whose time is up, and the store actor, whose turn begins, may both
/// want it; one of them gets it.
class CallGate {
public:
  /// The store actor: true if the call is not withdrawn.
  bool take() noexcept { return move(State::waiting, State::taken); }
  /// The store actor: the turn failed and nothing happened.
  void put_back() noexcept { move(State::taken, State::waiting); }
  /// The caller: true if nothing has happened nor will.
  bool withdraw() noexcept { return move(State::waiting, State::withdrawn); }

private:
  enum class State : std::uint8_t { waiting, taken, withdrawn };
  bool move(State from, State to) noexcept { return state_.compare_exchange_strong(from, to); }
  std::atomic<State> state_{State::waiting};
};

/// The store actor ended before the call's turn; its successor may be asked.
class StoreActorEnded : public Error {
public:
  StoreActorEnded()
    : Error(errc::unavailable, "store: its actor ended before the call; nothing happened") {}
};

/// Jobs on their way to the store actor. Answered exactly once, on its thread;
/// if the store actor ends first, with errc::unavailable.
struct EnqueueCall {
  using Done = std::function<void(std::vector<Enqueued> answers, std::exception_ptr error)>;

  EnqueueCall(std::vector<NewJob> new_jobs, Done on_done)
    : count(new_jobs.size()), jobs(std::move(new_jobs)), done(std::move(on_done)) {}
  EnqueueCall(const EnqueueCall&) = delete;
  EnqueueCall& operator=(const EnqueueCall&) = delete;
  ~EnqueueCall() { dropped(); }
  void answer(std::vector<Enqueued> answers, std::exception_ptr error = nullptr);
  /// The store actor lets go of it.
  void dropped();

  const std::size_t count;
  std::vector<NewJob> jobs; ///< empty while they are part of a turn
  Done done;
  CallGate gate{};
};

/// Work with the store to itself; answered like an EnqueueCall.
struct StoreCall {
  using Work = std::function<void(AnyStore&)>;
  using Done = std::function<void(std::exception_ptr error)>;

  StoreCall(Work what, Done on_done) : work(std::move(what)), done(std::move(on_done)) {}
  StoreCall(const StoreCall&) = delete;
  StoreCall& operator=(const StoreCall&) = delete;
  ~StoreCall() { dropped(); }
  void run(AnyStore& store);
  void dropped();

  Work work;
  Done done;
  CallGate gate{};
};

/// A guest's batch on its way to the store actor; answered like an EnqueueCall.
struct GuestCall {
  GuestCall(std::uint64_t whose, Batch what, Guest::Applied on_applied)
    : guest(whose), batch(std::move(what)), applied(std::move(on_applied)) {}
  GuestCall(const GuestCall&) = delete;
  GuestCall& operator=(const GuestCall&) = delete;
  ~GuestCall();
  void answer(BatchResult result, std::exception_ptr error = nullptr);

  /// How much of a turn is its batch.
  struct Rows {
    std::size_t outcomes = 0;
    std::size_t progress = 0;
    std::size_t enqueues = 0;
    std::size_t claims = 0;
  };

  const std::uint64_t guest;
  Batch batch; ///< empty while it is part of a turn
  Rows rows{};
  Guest::Applied applied;
};

/// A pointer for the store actor: when that lets go of the call without an
/// answer, the caller, who keeps the call too, hears of it.
template <class Call>
[[nodiscard]] std::shared_ptr<Call> handed_over(std::shared_ptr<Call> call) {
  auto* const raw = call.get();
  return {raw, [kept = std::move(call)](Call* same) { same->dropped(); }};
}

/// Ended executions on their way to the store actor. Kept by the queue
/// supervisor until they are recorded, so that they survive a store actor.
struct Report {
  std::vector<Finished> finished{};
  std::vector<Progress> progress{};
};

} // namespace zzz_jobs::runtime
