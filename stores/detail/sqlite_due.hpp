#pragma once

#include <zzz_jobs/stores/detail/sqlite.hpp>

namespace zzz_jobs::detail::sqlite {

/// Scheduled and retryable jobs: knows when the next one is due and makes due
/// ones available. What it knows is read again each second of the store's
/// clock, because other programs insert too.
class DueJobs {
public:
  explicit DueJobs(sqlite3* connection) noexcept;

  /// When the next waiting job becomes due; it may be past.
  [[nodiscard]] std::optional<UnixTime> next(UnixTime now);
  [[nodiscard]] bool is_due(UnixTime now);
  /// Makes what is due available, a bounded number at a time; inside a
  /// transaction. Whether there was anything.
  bool promote(UnixTime now);
  /// This store made a job wait until `time`.
  void expect(UnixTime time) noexcept;
  /// What is known may be wrong.
  void forget() noexcept { read_at_.reset(); }

private:
  std::optional<UnixTime> next_{};
  std::optional<UnixTime> read_at_{};
  Statement next_due_;
  Statement promote_;
};

} // namespace zzz_jobs::detail::sqlite
