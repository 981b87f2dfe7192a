#pragma once

#include <zzz_jobs/config/errc.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace zzz_jobs::testing {

/// The calls of a store, by the names of their functions. The supervisor enqueues,
/// claims and records outcomes with `apply`.
enum class StoreCall : std::uint8_t {
  any,
  apply,
  enqueue,
  claim,
  complete,
  fail,
  discard,
  rescue_stuck,
  count_by_state,
  pause,
  resume_queue,
  is_paused,
  delete_completed,
  get,
  list,
  counts,
  settings,
  retry,
  cancel,
  remove,
  open_claims,
  rescue_dead_owners,
  last_tick,
  cron_since,
  set_cron_paused,
  is_cron_paused,
  prune,
};
inline constexpr std::size_t store_call_count = 27;

[[nodiscard]] std::string_view to_string(StoreCall call) noexcept;

/// A failure to come.
struct Fault {
  StoreCall call = StoreCall::any;
  /// Which call from now on throws: 1 is the next.
  std::uint64_t nth = 1;
  /// Every later one too, until `heal`.
  bool lasting = false;
  /// The store does it and then throws, as when an answer is lost; the error must
  /// be `in_doubt`.
  bool done_first = false;
  Error error = Error(errc::unavailable, "store: made to fail by a test");
};

/// Which calls of a store fail, and how many there were. Any thread.
class Faults {
public:
  /// @throws Error(invalid_argument) for an `nth` of 0, or a `done_first` of
  /// another code than in_doubt.
  void inject(Fault fault);
  /// No fault is left.
  void heal();

  /// Calls since the store was made, failed ones included.
  [[nodiscard]] std::uint64_t calls(StoreCall call = StoreCall::any) const;
  /// Calls that were made to throw.
  [[nodiscard]] std::uint64_t thrown() const;

  /// For who carries calls out: counts one, and throws if it is to fail before it
  /// does anything. The answer is what is to be thrown when it is done.
  [[nodiscard]] std::optional<Error> begin(StoreCall call);

private:
  struct Armed {
    Fault fault;
    std::uint64_t seen = 0;
  };

  mutable std::mutex mutex_{};
  std::vector<Armed> armed_{};
  std::array<std::uint64_t, store_call_count> calls_{};
  std::uint64_t thrown_ = 0;
};

} // namespace zzz_jobs::testing
