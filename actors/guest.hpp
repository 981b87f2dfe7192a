#pragma once

#include <zzz_jobs/stores/any_store.hpp>

#include <exception>
#include <functional>
#include <string>
#include <vector>

namespace zzz_jobs {

/// What a guest hears; on a thread of the supervisor's, must return soon.
struct GuestListener {
  /// As StoreSignal says: jobs, lost_claims, back.
  std::function<void(StoreSignal signal)> signal{};
  /// One of its executions was ended by others: its handler shall stop.
  std::function<void(const Claim& claim)> cancelled{};
};

/// An execution that a guest answers for.
struct HeldClaim {
  Claim claim{};
  std::string queue{};
};

/// A node without a store of its own, which works through a supervisor's: its
/// batches join the turns of that one. What it claims belongs to it, until its
/// outcome is recorded or the guest leaves, which is when this object ends: then
/// its open executions are rescued at once. Must not outlive the supervisor.
///
/// It may move to another supervisor of the same store with what it runs: `let_go`
/// here, `adopt` there, `moved` here.
class Guest {
public:
  /// Called once, on the store actor's thread; with an error, nothing happened,
  /// but for errc::in_doubt.
  using Applied = std::function<void(BatchResult result, std::exception_ptr error)>;
  using Done = std::function<void(std::exception_ptr error)>;
  using Work = std::function<void(AnyStore& store)>;

  Guest() = default;
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  virtual ~Guest() = default;

  /// Its batch becomes part of the next turn. While the store is out of order the
  /// answer is errc::unavailable, at once; the listener hears when it is back.
  virtual void apply(Batch batch, Applied applied) = 0;
  /// Runs `work` with the store to itself, between two turns.
  virtual void call(Work work, Done done) = 0;
  /// Within such work: the guest's executions in each of the queues, as stored.
  virtual std::vector<std::vector<Claim>> open_claims(AnyStore& store,
                                                      const std::vector<std::string>& queues) = 0;

  /// All that it holds, and whatever becomes of the guest, nobody here ends it: the
  /// store rescues it with this node, or another one adopts it.
  virtual std::vector<HeldClaim> let_go() = 0;
  /// Within such work: what another node has let go of is the guest's here; which was
  /// still to be had.
  virtual std::vector<Claim> adopt(AnyStore& store, const std::vector<HeldClaim>& held) = 0;
  /// These were adopted elsewhere; the rest of what was let go of is handed back.
  virtual void moved(const std::vector<Claim>& adopted) = 0;
  /// It is this supervisor that ends the visit: what the guest holds is interrupted
  /// and available at once, with no attempt used. The listener hears of each.
  virtual void hand_back() = 0;
};

} // namespace zzz_jobs
