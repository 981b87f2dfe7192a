#include <zzz_jobs/stores/detail/sqlite_migrations.hpp>

#include <zzz_jobs/stores/error_history.hpp>
#include <zzz_jobs/stores/sql/sqlite.hpp>

#include <vector>

namespace zzz_jobs {
namespace {

using detail::sqlite::Connection;
using detail::sqlite::Statement;
using detail::sqlite::Transaction;

constexpr auto known_version = static_cast<std::int64_t>(sql::sqlite::migrations.size());

/// The step that makes unique keys unique.
constexpr std::string_view indexes_migration = "0004_indexes";

struct Duplicate {
  std::int64_t id = 0;
  std::string errors{};
};

std::vector<Duplicate> duplicates_in(Connection& connection, const SqliteMigration& migration) {
  Statement select{connection.get(), sql::sqlite::duplicate_keys};
  std::vector<Duplicate> found;
  auto rows = select.query();
  while (rows.next()) {
    const auto note = "unique key \"" + std::string{rows.text(3)} + "\" taken from this job: job "
      + std::to_string(rows.integer(4)) + " had it first";
    found.push_back(
      {rows.integer(0),
       with_error(rows.text(2), rows.integer32(1), migration.now, note, migration.limits)});
  }
  return found;
}

/// Nothing made keys unique in a table of the published definition alone. No
/// job may be lost for that, so all but the oldest holder give up the key.
void clear_duplicate_keys(Connection& connection, const SqliteMigration& migration) {
  Statement clear{connection.get(), sql::sqlite::clear_key};
  for (const auto& duplicate : duplicates_in(connection, migration))
    clear.execute(duplicate.id, duplicate.errors);
}

void apply(Connection& connection, std::int64_t version, const SqliteMigration& migration) {
  const auto& step = sql::sqlite::migrations.at(static_cast<std::size_t>(version - 1));
  Transaction transaction{connection};
  Statement note{connection.get(), sql::sqlite::insert_migration};
  note.execute(version, step.name, migration.now);
  if (step.name == indexes_migration)
    clear_duplicate_keys(connection, migration);
  connection.execute(step.sql, "migration " + std::string{step.name});
  transaction.commit();
}

} // namespace

std::int64_t sqlite_schema_version(Connection& connection, const std::string& name) {
  Statement has_versions{connection.get(), sql::sqlite::has_migrations};
  if (!has_versions.query().next())
    return 0;
  Statement select{connection.get(), sql::sqlite::schema_version};
  auto rows = select.query();
  const auto version = rows.next() ? rows.integer(0) : 0;
  if (version > known_version)
    throw Error{errc::schema_too_new,
                "store \"" + name + "\": its schema is version " + std::to_string(version)
                  + ", this program knows up to " + std::to_string(known_version)
                  + ": use a newer zzz_jobs or another file"};
  return version;
}

void migrate(Connection& connection, const SqliteMigration& migration) {
  auto version = sqlite_schema_version(connection, migration.name);
  if (version == known_version)
    return;
  connection.execute(sql::sqlite::create_migrations);
  while (version < known_version)
    apply(connection, ++version, migration);
}

} // namespace zzz_jobs
