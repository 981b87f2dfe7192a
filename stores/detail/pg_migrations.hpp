#pragma once

#include <zzz_jobs/stores/detail/pqxx_session.hpp>
#include <zzz_jobs/stores/pg_schema.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace zzz_jobs::detail::pg {

/// The version of the tables that this program works with.
[[nodiscard]] std::int64_t known_version() noexcept;

/// The version of the tables in a schema; 0 before the first migration, also
/// where another program made the published table or there is no schema. Reads only.
/// @throws Error(schema_too_new) if this program does not know it, Error(not_allowed)
/// where the role may not look.
[[nodiscard]] std::int64_t schema_version(PqxxSession& session, const std::string& schema);

/// What was done to the tables so far, in order. Reads only.
/// @throws Error as `schema_version`, but knows newer versions too.
[[nodiscard]] std::vector<zzz_jobs::pg::Migration> applied_migrations(PqxxSession& session,
                                                                      const std::string& schema);

/// Brings the tables to `known_version()`, each step a transaction of its own, and
/// says how many steps this call did. What another program made by the published
/// definition keeps its rows. Where several live jobs have one unique key, the
/// oldest keeps the key; the others lose it, note that in their `errors`, and stay
/// jobs. At that version already, it only reads.
/// @throws Error(schema_too_new), Error(not_allowed), Error(unavailable).
std::uint32_t migrate_up(PqxxSession& session, const std::string& schema);

/// Takes back the steps above `version`, newest first.
/// @throws Error(not_allowed) while a node is alive, or where a step cannot be
/// taken back; Error(schema_too_new), Error(unavailable).
std::uint32_t migrate_down(PqxxSession& session, const std::string& schema, std::int64_t version);

/// What a store does first: afterwards the tables have the version of this program.
/// @throws Error(schema_too_new), Error(not_allowed) where they are older and
/// `migrate` is off or the role lacks the rights, Error(unavailable).
void open_schema(PqxxSession& session, const std::string& schema, bool migrate);

} // namespace zzz_jobs::detail::pg
