#pragma once

#include <zzz_jobs/config/clock.hpp>
#include <zzz_jobs/stores/detail/pqxx_session.hpp>
#include <zzz_jobs/stores/pg_store.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace zzz_jobs::detail::pg {

/// A lease is renewed so often before it would run out.
inline constexpr int renewals_per_lease = 6;

/// A node as it was seen in the database.
struct SeenNode {
  std::int64_t id = 0;
  std::int64_t beat_ms = 0;
};

/// This node in the database, and the time there; shared by all threads.
class Presence {
public:
  [[nodiscard]] std::int64_t node() const noexcept { return node_; }

  /// The database's time, from its last answer on by this machine's steady clock.
  [[nodiscard]] UnixTime database_time() const noexcept;
  void set_database_time(std::int64_t unix_ms) noexcept;
  /// The last sign of life, by the database's clock.
  [[nodiscard]] std::int64_t last_beat_ms() const noexcept { return last_beat_ms_; }
  /// The database has noted it, asked at `asked_at`.
  using Time = std::chrono::steady_clock::time_point;
  void note_beat(std::int64_t beat_ms, Time asked_at) noexcept;
  /// Whether the last one is so long ago that whoever renews must be held up.
  [[nodiscard]] bool is_renewal_late(std::chrono::milliseconds lease) const noexcept;

  /// Becomes a new node. @throws Error.
  void enrol(PqxxSession& session, const PgStore::Config& config);
  /// Tells the database that the node is alive; false if it was given up for dead.
  /// @throws Error.
  [[nodiscard]] bool renew(PqxxSession& session, const PgStore::Config& config);

private:
  std::atomic<std::int64_t> node_{0};
  std::atomic<std::int64_t> last_beat_ms_{0};
  std::atomic<std::int64_t> beat_asked_at_ms_{0}; ///< by the steady clock
  std::atomic<std::int64_t> offset_ms_{0};        ///< database's minus steady clock
};

} // namespace zzz_jobs::detail::pg
