#pragma once

#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/stores/detail/sqlite.hpp>

#include <string>

namespace zzz_jobs {

/// Where a migration happens.
struct SqliteMigration {
  std::string name{}; ///< how messages call the file
  Limits limits{};    ///< for notes in the `errors` column
  UnixTime now{};
};

/// The version of the table in the file; 0 before the first migration, also for
/// a table that another program made. Writes nothing.
/// @throws Error(schema_too_new) if this program does not know it.
[[nodiscard]] std::int64_t sqlite_schema_version(detail::sqlite::Connection& connection,
                                                 const std::string& name);

/// Brings the table to the version of this program, each step a transaction of
/// its own. A table that another program made by the published definition
/// keeps its rows. Where several live jobs in it have one unique key, the oldest
/// keeps the key; the others lose it, note that in their `errors`, and stay jobs.
void migrate(detail::sqlite::Connection& connection, const SqliteMigration& migration);

} // namespace zzz_jobs
