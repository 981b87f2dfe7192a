#pragma once

#include "bench/pg_wire.hpp"

#include <zzz_jobs/stores/pg_store.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace zzz_jobs::bench {

/// The server that is measured: ZZZ_JOBS_POSTGRES_URL, as scripts/postgres sets it.
[[nodiscard]] std::string postgres_url();

/// Why PostgreSQL cannot be measured here; empty where it can.
[[nodiscard]] std::string why_no_postgres();

/// Its version and the settings that its figures depend on.
[[nodiscard]] std::string describe_postgres();

/// Whether its processes are this machine's, and can be looked at.
[[nodiscard]] bool is_postgres_here();

/// @throws std::runtime_error where what it acknowledges is not durable: its
/// figures would mean nothing.
void require_durable_postgres();

/// Our tables in a schema of their own, with nothing in them; gone at the end.
class PgDatabase {
public:
  explicit PgDatabase(std::string schema = "zzz_jobs_bench");
  PgDatabase(const PgDatabase&) = delete;
  PgDatabase& operator=(const PgDatabase&) = delete;
  ~PgDatabase();

  [[nodiscard]] const std::string& schema() const { return schema_; }
  [[nodiscard]] PgStore::Config config() const;

  /// Inserts no-op jobs with plain SQL until so many wait.
  void fill_waiting(std::size_t count);
  /// Inserts jobs that were completed.
  void add_completed(std::size_t count);
  /// Nothing of what was done so far shall be paid for by what is measured next.
  void settle();

  // What the whole server has done since it was made: take the difference.
  [[nodiscard]] std::int64_t wal_bytes();
  /// Transactions that wrote something: each is an fsync, or a share of one.
  [[nodiscard]] std::int64_t writing_commits();

  [[nodiscard]] PgWire& wire() { return wire_; }

private:
  std::string schema_;
  PgWire wire_;
};

} // namespace zzz_jobs::bench
