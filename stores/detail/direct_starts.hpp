#pragma once

#include <zzz_jobs/stores/batch.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace zzz_jobs::detail {

/// Direct start: where a queue has idle slots for all of a batch's new jobs and
/// nothing waits before them, these are inserted already executing, which saves
/// the claim's write. Jobs in excess of the slots, scheduled ones and those of
/// unknown workers take the ordinary way, and so does their whole queue if it
/// would change the order.
class DirectStarts {
public:
  /// `is_idle` says of a claim that its queue is not paused and nothing waits there
  /// that it could get; asked at most once a queue.
  DirectStarts(const Batch& batch, UnixTime now,
               const std::function<bool(const ClaimRequest& claim)>& is_idle);

  /// The claim of the batch that the job answers at once; none: it waits.
  [[nodiscard]] std::optional<std::size_t> claim_for(const NewJob& job) const;
  /// Whether all that the claim can get are such jobs.
  [[nodiscard]] bool serves(std::size_t claim) const { return direct_[claim]; }

private:
  [[nodiscard]] bool replaces_jobs() const;
  [[nodiscard]] bool is_only(const ClaimRequest& request) const;
  [[nodiscard]] bool starts_now(const NewJob& job, const ClaimRequest& request) const;
  [[nodiscard]] bool fits(const ClaimRequest& request) const;

  const Batch& batch_;
  UnixTime now_;
  std::vector<bool> direct_; ///< as batch.claims
};

/// The job as it is once inserted by a direct start.
[[nodiscard]] Job started_job(const NewJob& job, const Enqueued& done, std::int64_t node);

} // namespace zzz_jobs::detail
