#include <zzz_jobs/stores/pg_schema.hpp>

#include <algorithm>

#include <zzz_jobs/stores/detail/pg_migrations.hpp>
#include <zzz_jobs/stores/detail/pg_sql.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

namespace zzz_jobs::pg {
namespace {

namespace sql = zzz_jobs::sql::postgres;
using detail::pg::PqxxSession;
using detail::pg::with_schema;

PqxxSession session_on(const Target& target) {
  detail::pg::check_schema_name(target.schema);
  return PqxxSession{{.url = target.url, .application = "zzz_jobs schema"}};
}

/// Runs statements that change the tables, on tables of this version.
void change(const Target& target, std::string_view statements) {
  auto session = session_on(target);
  detail::pg::open_schema(session, target.schema, false);
  session.in_transaction([&](pqxx::work& transaction) {
    detail::pg::run(transaction, with_schema(sql::begin_migration, target.schema));
    detail::pg::run(transaction, with_schema(statements, target.schema));
  });
}

} // namespace

std::vector<Migration> migration_status(const Target& target) {
  auto session = session_on(target);
  auto status = detail::pg::applied_migrations(session, target.schema);
  auto version = status.empty() ? 0 : status.back().version;
  while (version < detail::pg::known_version()) {
    const auto& step = sql::migrations.at(static_cast<std::size_t>(version));
    status.push_back({++version, std::string{step.name}, std::nullopt});
  }
  return status;
}

std::uint32_t migrate_up(const Target& target) {
  auto session = session_on(target);
  return detail::pg::migrate_up(session, target.schema);
}

std::uint32_t migrate_down(const Target& target, std::int64_t version) {
  auto session = session_on(target);
  return detail::pg::migrate_down(session, target.schema, version);
}

std::string migration_sql(std::string_view schema, std::int64_t from_version) {
  std::string script;
  for (auto version = std::max<std::int64_t>(from_version, 0);
       version < detail::pg::known_version(); ++version) {
    const auto& step = sql::migrations.at(static_cast<std::size_t>(version));
    script += "-- " + std::string{step.name} + "\nBEGIN;\n";
    script += with_schema(sql::begin_migration, schema) + "\n";
    script += with_schema(step.sql, schema) + "\nCOMMIT;\n\n";
  }
  return script;
}

std::string grants_sql(std::string_view schema, std::string_view role) {
  return detail::pg::with_schema_and_role(sql::grants, schema, role) + "\n";
}

void install_wake_trigger(const Target& target) {
  change(target, sql::install_wake_trigger);
}

void remove_wake_trigger(const Target& target) {
  change(target, sql::remove_wake_trigger);
}

} // namespace zzz_jobs::pg
