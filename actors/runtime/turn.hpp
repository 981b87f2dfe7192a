#pragma once

#include <zzz_jobs/actors/runtime/messages.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>

#include <caf/actor.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace zzz_jobs::runtime {

/// A turn takes this many rows of each kind, as measured: larger ones gain
/// nothing and make everybody wait. A single enqueue call is never cut.
inline constexpr std::size_t turn_rows_max = 1000;

/// Whether a queue may have jobs for its supervisor.
enum class Look : std::uint8_t {
  no,        ///< A claim came back short.
  for_slots, ///< Perhaps ones that must not be claimed ahead of their start.
  yes,
};

/// A queue supervisor as the store actor knows it.
struct Subscriber {
  std::string queue{};
  caf::actor supervisor{};
  bool direct_start = true;
  std::uint32_t slots = 0;    ///< wanted and not yet handed out
  std::uint32_t prefetch = 0; ///< likewise
  // Of these, what turns that have begun ask for:
  std::uint32_t asked_slots = 0;
  std::uint32_t asked_prefetch = 0;
  Look look = Look::yes;
  std::uint64_t news = 0;          ///< counts how often jobs may have come
  std::uint64_t jobs_messages = 0; ///< sent to it
  bool lost_unknown = true;        ///< new: its predecessor's claims are still to be found
  /// What it answers for, to be compared with the store's open claims.
  std::optional<std::vector<Claim>> held{};

  [[nodiscard]] std::uint32_t unasked_slots() const noexcept {
    return slots - std::min(slots, asked_slots);
  }
  [[nodiscard]] std::uint32_t unasked_prefetch() const noexcept {
    return look == Look::yes ? prefetch - std::min(prefetch, asked_prefetch) : 0;
  }
  [[nodiscard]] bool hungry() const noexcept {
    return !lost_unknown && look != Look::no && (unasked_slots() > 0 || unasked_prefetch() > 0);
  }
  void look_again() noexcept {
    look = Look::yes;
    ++news;
  }
};

struct QueuedReport {
  std::string queue{};
  std::shared_ptr<Report> report{};
  /// What is confirmed to the queue's supervisor when this is recorded, where it is only
  /// the rest of that; null: `report`.
  std::shared_ptr<Report> rest_of{};
};

/// What waits for a turn of the store actor.
struct Waiting {
  std::deque<std::shared_ptr<EnqueueCall>> enqueues{};
  std::deque<QueuedReport> reports{};
  std::vector<Subscriber> subscribers{};
  std::deque<std::shared_ptr<GuestCall>> guests{};
  bool guests_claim_first = false; ///< in the last turn that had guests
  Wakes wakes{};                   ///< what guests are still to hear of

  void look_everywhere() {
    for (auto& subscriber : subscribers)
      subscriber.look_again();
    wakes.everywhere = true;
  }
};

/// For whom a turn claims.
struct Claimant {
  std::size_t subscriber = 0; ///< its place
  std::uint64_t news = 0;     ///< the subscriber's, when the turn was made
};

/// One transaction in the making: the batch, and whom its parts belong to.
struct Turn {
  Batch batch{};
  std::vector<std::shared_ptr<EnqueueCall>> enqueues{};
  std::vector<QueuedReport> reports{};
  std::vector<Claimant> claimants{}; ///< as batch.claims
  // Only where somebody listens, and before the store takes the strings:
  std::vector<Event> events{};       ///< job_enqueued ones, completed by the answers
  std::vector<std::string> errors{}; ///< of the outcomes
  std::vector<std::string> told{};   ///< queues of the enqueues, for other nodes

  std::vector<std::shared_ptr<GuestCall>> guests{}; ///< see guest_turn.hpp
  bool guests_claim_first = false;

  [[nodiscard]] bool empty() const noexcept {
    return guests.empty() && enqueues.empty() && reports.empty() && batch.claims.empty();
  }
};

/// Who waits for jobs may find some after this batch's turn.
void announce(Waiting& waiting, const Batch& batch);

/// Keeps what events and notices of the turn need and the store may take.
void prepare_to_tell(Turn& turn, const Shared& shared);

/// Adds the jobs' queues, each once, where somebody tells other nodes.
void add_queues_to_tell(std::vector<std::string>& queues, const std::vector<NewJob>& jobs,
                        const Shared& shared);
/// Other nodes shall look in these queues, and hear whose executions were cancelled.
void tell_notices(const std::vector<std::string>& queues, const BatchResult& result,
                  const Shared& shared);

/// Takes what fits into one turn; ready to be applied.
[[nodiscard]] Turn take_turn(Waiting& waiting, const Shared& shared);

/// What the turn has asked for is answered.
void forget_asked(Waiting& waiting, const Turn& turn);

/// Puts everything back in its order after a turn that did not happen.
void put_back(Waiting& waiting, Turn& turn);

/// Takes those outcomes out of turn and result whose rows other transactions hold: they
/// are to be reported again.
[[nodiscard]] std::vector<QueuedReport> take_locked(Turn& turn, BatchResult& result);

/// Counts what the turn did, and publishes its events where somebody listens.
void publish_turn(Turn& turn, const BatchResult& result, Shared& shared);

} // namespace zzz_jobs::runtime
