#include <zzz_jobs/stores/detail/sqlite_due.hpp>

#include <zzz_jobs/stores/sql/sqlite.hpp>

namespace zzz_jobs::detail::sqlite {
namespace {

constexpr int promoted_at_once_max = 5000; // some 20 ms of a turn

} // namespace

DueJobs::DueJobs(sqlite3* connection) noexcept
  : next_due_(connection, sql::sqlite::next_due), promote_(connection, sql::sqlite::promote_due) {}

std::optional<UnixTime> DueJobs::next(UnixTime now) {
  if (read_at_ != now) {
    auto rows = next_due_.query();
    next_ = rows.next() ? std::optional{rows.time(0)} : std::nullopt;
    read_at_ = now;
  }
  return next_;
}

bool DueJobs::is_due(UnixTime now) {
  const auto time = next(now);
  return time && *time <= now;
}

bool DueJobs::promote(UnixTime now) {
  if (!is_due(now))
    return false;
  const bool promoted = promote_.execute(now, promoted_at_once_max) > 0;
  forget();
  return promoted;
}

void DueJobs::expect(UnixTime time) noexcept {
  if (!next_ || time < *next_)
    next_ = time;
}

} // namespace zzz_jobs::detail::sqlite
