#pragma once

#include <zzz_jobs/config/clock.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The tables in a PostgreSQL database: their versions, their rights, their
// optional parts. Each function opens a connection of its own.

namespace zzz_jobs::pg {

/// A database and a schema in it.
struct Target {
  std::string url{}; ///< as PgStore::Config::url
  std::string schema = "public";
};

/// One step between two versions of the tables.
struct Migration {
  std::int64_t version = 0; ///< from 1
  std::string name{};
  std::optional<UnixTime> applied_at{}; ///< none: still to be done
};

/// All migrations that this program or the database knows, in order.
/// @throws Error(unavailable).
[[nodiscard]] std::vector<Migration> migration_status(const Target& target);

/// Brings the tables to the newest version this program knows, each step in a
/// transaction of its own; safe from any number of processes at once. Says how
/// many steps it did.
/// @throws Error(schema_too_new), Error(not_allowed), Error(unavailable).
std::uint32_t migrate_up(const Target& target);

/// Takes back the steps above `version`, newest first, and says how many. What
/// goes with them is lost (below 3: settings of queues, cron ticks; below 2: owners,
/// results, progress), but no row of the published table; version 0, without that
/// table, is reached only if it is empty.
/// @throws Error(not_allowed) while a node is alive, where the table has rows, or to
/// a role without rights; Error(schema_too_new), Error(unavailable).
std::uint32_t migrate_down(const Target& target, std::int64_t version);

/// The statements that `migrate_up` runs from a version on, for those who let
/// somebody else run them. Needs no database.
[[nodiscard]] std::string migration_sql(std::string_view schema, std::int64_t from_version = 0);

/// The statements that give a role what a node needs, and nothing more (no DDL),
/// on tables of this version. Needs no database.
[[nodiscard]] std::string grants_sql(std::string_view schema, std::string_view role);

/// Installs a statement-level trigger by which INSERTs of foreign programs wake
/// idle nodes at once instead of within their look_interval; the other function
/// removes it. Transactions that insert then commit one after the other. What nodes
/// enqueue themselves goes another way.
/// @throws Error(not_allowed) to a role without rights, or if the tables are not of
/// this version; Error(unavailable).
void install_wake_trigger(const Target& target);
void remove_wake_trigger(const Target& target);

} // namespace zzz_jobs::pg
