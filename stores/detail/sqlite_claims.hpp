#pragma once

#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/detail/sqlite.hpp>

#include <map>

namespace zzz_jobs::detail::sqlite {

/// Takes available jobs for execution, in the order of priority and id.
///
/// Jobs of workers that the claimant does not have stay where they are. So that
/// thousands of them at the front of a queue are not walked at each claim, the
/// place behind them is remembered, for those workers, until anything may have
/// come before it.
class Claims {
public:
  explicit Claims(sqlite3* connection) noexcept;

  /// Whether the queue may have a job to claim; needs no transaction.
  [[nodiscard]] bool has_candidates(std::string_view queue);
  /// Inside a transaction. `node` is the owner to write.
  [[nodiscard]] std::vector<Job> take(const ClaimRequest& request, std::optional<std::int64_t> node,
                                      UnixTime now);
  /// A job was inserted: jobs before the remembered place count.
  void inserted(std::string_view queue, std::int32_t priority);
  /// Jobs may have become available anywhere.
  void forget() noexcept { places_.clear(); }
  /// The earliest time for which another program made an available job wait, of
  /// those seen since the last call.
  [[nodiscard]] std::optional<UnixTime> take_earliest() noexcept {
    return std::exchange(earliest_, std::nullopt);
  }

private:
  struct Place {
    std::int64_t priority = 0;
    std::int64_t id = 0;
  };
  struct Walk; ///< one pass over a queue
  void walk(Walk& walk);
  void write(std::vector<Job>& jobs, std::optional<std::int64_t> node, UnixTime now);
  void remember(const Walk& walk);
  void park(const std::vector<std::int64_t>& early);
  [[nodiscard]] Place start_of(const ClaimRequest& request) const;

  /// By queue, then by the claimant's workers.
  std::map<std::string, std::map<KnownWorkers, Place>, std::less<>> places_{};
  std::optional<UnixTime> earliest_{};
  Statement has_available_;
  Statement available_;
  Statement claim_;
  Statement park_;
};

} // namespace zzz_jobs::detail::sqlite
