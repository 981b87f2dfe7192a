#pragma once

#include <zzz_jobs/actors/guest.hpp>
#include <zzz_jobs/actors/runtime/execution.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace zzz_jobs::runtime {

/// The queues in which jobs may have become available.
struct Wakes {
  bool everywhere = false;
  std::set<std::string, std::less<>> queues{};
};

/// The supervisor's guests, the executions each of them answers for, and where it
/// waits for jobs. Survives the store actor. Any thread, but for what is said.
class GuestBook {
public:
  [[nodiscard]] std::uint64_t add(std::string name, GuestListener listener);
  /// The guest is gone; what it held is left to `take_left_behind`.
  void leave(std::uint64_t guest);
  [[nodiscard]] bool is_here(std::uint64_t guest) const;
  /// How many executions guests that are here answer for.
  [[nodiscard]] std::size_t open() const;
  /// Whether some guest answers for the execution.
  [[nodiscard]] bool holds(const Claim& claim) const;

  /// Tells all guests.
  void signal(StoreSignal signal) const;
  /// Tells the guest that holds it, if one does.
  void cancelled(const Claim& claim) const;

  // A guest's end in order, see Guest:
  [[nodiscard]] std::vector<HeldClaim> let_go(std::uint64_t guest);
  void hold(std::uint64_t guest, const HeldClaim& held);
  void moved(std::uint64_t guest, const std::vector<Claim>& adopted);
  void hand_back(std::uint64_t guest);

  // By the store actor alone:

  /// Its batch has come: where it claims, it waits no more.
  void asks(std::uint64_t guest, const Batch& batch);
  /// A turn has done this for the guest.
  void note(std::uint64_t guest, const Batch& batch, const BatchResult& result);
  /// Tells those who wait there that jobs may have come.
  void wake(const Wakes& wakes);
  /// Of `open`, the store's executions in a queue, those that the guest holds; what
  /// it holds in the queue beyond them is forgotten, as others have ended it.
  [[nodiscard]] std::vector<Claim> compare(std::uint64_t guest, const std::string& queue,
                                           const std::vector<Claim>& open);
  /// What guests that are gone have left open, as outcomes that are to be recorded;
  /// each once, or again with `all`, for a new store actor.
  [[nodiscard]] std::vector<Finished> take_left_behind(bool all);
  /// Its outcome is recorded.
  void forget(const Claim& claim);

private:
  struct Visitor {
    std::string name{};
    GuestListener listener{};
    std::set<std::string, std::less<>> waits_in{}; ///< where its last claim came short
  };
  /// What becomes of an execution.
  enum class Fate : std::uint8_t {
    held,   ///< the guest ends it, or it is rescued when the guest is gone
    let_go, ///< nobody here ends it
    lost,   ///< the guest is gone: to be rescued
    back,   ///< to be handed back, with no attempt used
  };
  struct Held {
    std::int32_t attempt = 0;
    std::uint64_t guest = 0;
    std::string queue{};
    Fate fate = Fate::held;
    std::string left_by{}; ///< of a lost one: the guest's name
    bool taken = false;    ///< by take_left_behind
  };
  template <class Change>
  void change_held(std::uint64_t guest, const Change& change);
  void forget_locked(const Claim& claim);

  mutable std::mutex mutex_{};
  std::map<std::uint64_t, std::shared_ptr<Visitor>> guests_{};
  std::unordered_map<std::int64_t, Held> held_{}; ///< by job
  std::uint64_t last_ = 0;
  std::atomic<bool> is_used_{false}; ///< there was a guest: else there is nothing to look for
};

} // namespace zzz_jobs::runtime
