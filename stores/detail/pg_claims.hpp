#pragma once

#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/detail/pg_marks.hpp>
#include <zzz_jobs/stores/detail/pg_pipeline.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zzz_jobs::detail::pg {

using QueueNames = std::set<std::string, std::less<>>;

/// Takes available jobs, and keeps what is known of where there are none: of each
/// queue, for each set of workers that claims there.
class Claims {
public:
  /// What the claims of one turn have shown; kept by the turn.
  class Findings {
  private:
    friend class Claims;
    struct Claim {
      ClaimRequest request{};
      bool plain = true;
      bool is_short = false;  ///< fewer than wanted
      bool none_left = false; ///< fewer than can start: not even last attempts
      std::size_t rows = 0;
      std::chrono::steady_clock::duration time{};
      std::uint64_t news = 0; ///< of the place, when it was sent
    };
    std::vector<Claim> claims_{};
  };

  struct Wish {
    const ClaimRequest& request;
    UnixTime now{};
    std::optional<std::int64_t> node{};
    /// Jobs may just have become available anywhere, or nobody would look again.
    bool from_front = false;
    /// Of the same turn: what it puts in is not marked yet.
    std::span<const NewJob> fresh{};
  };

  /// Whether the queue may have jobs for the claimant, as far as is known here.
  [[nodiscard]] bool has_candidates(const ClaimRequest& request) const;
  /// The queues without, for one of their claimants at least.
  [[nodiscard]] QueueNames empty() const;
  /// One statement; `jobs` has the answer, by priority and id, when the pipeline
  /// settles or commits, and so have `findings`, which must stay where
  /// they are until then.
  void send(Pipeline& pipeline, const Wish& wish, std::vector<Job>& jobs, Findings& findings);
  /// The turn has committed: what its claims showed holds, but where news have come
  /// since they were sent.
  void committed(const Findings& findings);
  /// A turn did not happen: its rows may be available again, or claimed after all.
  void abandoned() { look_everywhere(); }

  /// The queue has none, as was just read.
  void found_empty(const ClaimRequest& request) { place_of(request).is_empty = true; }

  // Jobs have become available: behind all others of their priority, somewhere
  // in the queue, somewhere in any queue.
  void inserted(const NewJob& job, std::int64_t id);
  void woken(std::string_view queue);
  void look_at(std::string_view queue);
  void look_everywhere();

  /// When a claim that came back short, and was not plain, shall be repeated.
  [[nodiscard]] std::optional<Marks::Time> take_look_again() noexcept {
    return std::exchange(look_again_, std::nullopt);
  }

private:
  /// What one set of workers has found in a queue.
  struct Place {
    KnownWorkers known{};
    bool is_empty = false; ///< a plain claim found it so
    Marks marks{};
    std::uint64_t news = 0; ///< counts how often jobs may have come

    void may_have_jobs() {
      is_empty = false;
      ++news;
    }
  };
  void read(const Rows& rows, const Wish& wish, bool plain, std::vector<Job>& jobs);
  void add_marks(Params& params, const Marks& marks) const;
  [[nodiscard]] Place& place_of(const ClaimRequest& request);

  std::map<std::string, std::vector<Place>, std::less<>> places_{}; ///< by queue
  std::optional<Marks::Time> look_again_{};
};

} // namespace zzz_jobs::detail::pg
