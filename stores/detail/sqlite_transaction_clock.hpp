#pragma once

#include <zzz_jobs/config/clock.hpp>

struct sqlite3;

namespace zzz_jobs::detail::sqlite {

/// While it lives, enqueue(sqlite3*, ...) on this connection and thread goes by
/// this clock: the one of the store whose transaction() is running.
class TransactionClock {
public:
  TransactionClock(sqlite3* connection, const Clock& clock) noexcept;
  TransactionClock(const TransactionClock&) = delete;
  TransactionClock& operator=(const TransactionClock&) = delete;
  ~TransactionClock();

  /// The time for an enqueue on `connection`.
  [[nodiscard]] static UnixTime now(sqlite3* connection);

private:
  sqlite3* connection_;
  const Clock& clock_;
  const TransactionClock* outer_; ///< of another store, around this one
};

} // namespace zzz_jobs::detail::sqlite
