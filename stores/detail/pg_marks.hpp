#pragma once

#include <zzz_jobs/config/clock.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace zzz_jobs::detail::pg {

/// Where a queue's claims begin in the index of available jobs.
///
/// A claimed row leaves a dead entry in front of that index; while a transaction
/// elsewhere is old enough to see the row, nothing can remove the entry, and each
/// plain claim walks over all of them. So the place behind the last claimed row is
/// kept for each priority, and claims begin there once a plain one was slow. Only a
/// hint: rows that others put before it are found by the plain claims in between,
/// for which at most a twentieth of the time is spent.
class Marks {
public:
  using Time = std::chrono::steady_clock::time_point;

  /// Whether the next claim is plain: from the front.
  [[nodiscard]] bool is_plain_next(Time now) const;
  /// When it is, at the latest.
  [[nodiscard]] Time plain_at() const noexcept { return plain_at_; }

  /// The marks by priority, ascending: the least id to look at.
  [[nodiscard]] const std::map<std::int32_t, std::int64_t>& all() const noexcept { return ids_; }

  /// A row was claimed. Call with `from_front` if by a plain claim.
  void claimed(std::int32_t priority, std::int64_t id, bool from_front);
  /// A row was inserted here.
  void inserted(std::int32_t priority, std::int64_t id);
  /// Rows may have become available anywhere.
  void forget() noexcept { ids_.clear(); }
  /// A plain claim of so many rows is over, and took so long.
  void plain_took(Time now, std::chrono::steady_clock::duration time, std::size_t rows);

private:
  std::map<std::int32_t, std::int64_t> ids_{};
  Time plain_at_{};
  bool is_slow_ = false; ///< the last plain claim
};

} // namespace zzz_jobs::detail::pg
