#include <zzz_jobs/stores/detail/pg_migrations.hpp>

#include <zzz_jobs/stores/detail/pg_error.hpp>
#include <zzz_jobs/stores/detail/pg_sql.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

#include <string_view>

namespace zzz_jobs::detail::pg {
namespace {

/// The steps' errors for what a user has to change first.
constexpr std::string_view object_not_in_prerequisite_state = "55000";

constexpr auto newest_version = static_cast<std::int64_t>(sql::postgres::migrations.size());
/// Since this version there is a table of nodes.
constexpr std::int64_t nodes_version = 3;

const sql::postgres::Migration& step_to(std::int64_t version) {
  return sql::postgres::migrations.at(static_cast<std::size_t>(version - 1));
}

std::string place(const std::string& schema) {
  return "schema \"" + schema + "\": ";
}

std::string role_of(PqxxSession& session) {
  const char* name = session.connection().username();
  return std::string{"role \""} + (name != nullptr ? name : "") + '"';
}

/// Says where a change was refused, and to a role without rights what to do.
template <class F>
auto explained(PqxxSession& session, const std::string& where, const char* remedy, F&& f) {
  try {
    return f();
  } catch (const StatementError& error) {
    if (error.code() == errc::not_allowed)
      throw Error{errc::not_allowed,
                  where + role_of(session) + " lacks rights (" + error.what() + "): " + remedy};
    if (error.sqlstate() == object_not_in_prerequisite_state)
      throw Error{errc::not_allowed, where + error.what()};
    // A table that refuses a step is no fault of an argument.
    throw Error{error.code() == errc::corrupt ? errc::corrupt : errc::unavailable,
                where + error.what()};
  } catch (const CommitInDoubt& error) {
    // Each step is done once whoever repeats it, so nothing is in doubt for long.
    throw Error{errc::unavailable, where + error.what()};
  }
}

constexpr const char* ask_for_grants =
  "run the statements of `zzz-jobs migrate sql --grants ROLE` (pg::grants_sql) as the owner";
constexpr const char* ask_the_owner =
  "let the owner of the tables run `zzz-jobs migrate up` (pg::migrate_up), or the statements of "
  "`zzz-jobs migrate sql`";

bool has_migrations(pqxx::transaction_base& transaction, const std::string& schema) {
  return run(transaction, with_schema(sql::postgres::has_migrations, schema))[0][0].as<bool>();
}

std::int64_t version_in(pqxx::transaction_base& transaction, const std::string& schema) {
  if (!has_migrations(transaction, schema))
    return 0;
  return run(transaction, with_schema(sql::postgres::schema_version, schema))[0][0]
    .as<std::int64_t>();
}

void check_known(const std::string& schema, std::int64_t version) {
  if (version > newest_version)
    throw Error{errc::schema_too_new,
                place(schema) + "its tables are version " + std::to_string(version)
                  + ", this program knows up to " + std::to_string(newest_version)
                  + ": use a newer zzz_jobs or another schema"};
}

/// One step up, unless somebody else did it while we waited.
bool step_up(PqxxSession& session, const std::string& schema, std::int64_t version) {
  const auto& step = step_to(version);
  const auto where = place(schema) + "migration " + std::string{step.name} + ": ";
  return explained(session, where, ask_the_owner, [&] {
    return session.in_transaction([&](pqxx::work& transaction) {
      run(transaction, with_schema(sql::postgres::begin_migration, schema));
      if (version_in(transaction, schema) >= version)
        return false;
      run(transaction, with_schema(step.sql, schema));
      return true;
    });
  });
}

void refuse_while_nodes_live(pqxx::transaction_base& transaction, const std::string& schema) {
  const auto living = run(transaction, with_schema(sql::postgres::living_node, schema));
  if (!living.empty())
    throw Error{errc::not_allowed,
                place(schema) + "node " + living[0][0].c_str() + " (" + living[0][1].c_str()
                  + ") is alive: stop all nodes first"};
}

bool step_down(PqxxSession& session, const std::string& schema, std::int64_t version) {
  const auto& step = step_to(version);
  const auto where = place(schema) + "taking back " + std::string{step.name} + ": ";
  if (step.down.empty())
    throw Error{errc::not_allowed, where + "nothing takes it back"};
  return explained(session, where, ask_the_owner, [&] {
    return session.in_transaction([&](pqxx::work& transaction) {
      run(transaction, with_schema(sql::postgres::begin_migration, schema));
      if (version_in(transaction, schema) < version)
        return false;
      if (version >= nodes_version)
        refuse_while_nodes_live(transaction, schema);
      run(transaction, with_schema(step.down, schema));
      return true;
    });
  });
}

} // namespace

std::int64_t known_version() noexcept {
  return newest_version;
}

std::int64_t schema_version(PqxxSession& session, const std::string& schema) {
  const auto version = explained(session, place(schema), ask_for_grants, [&] {
    return session.in_transaction(
      [&](pqxx::work& transaction) { return version_in(transaction, schema); });
  });
  check_known(schema, version);
  return version;
}

std::vector<zzz_jobs::pg::Migration> applied_migrations(PqxxSession& session,
                                                        const std::string& schema) {
  return explained(session, place(schema), ask_for_grants, [&] {
    return session.in_transaction([&](pqxx::work& transaction) {
      std::vector<zzz_jobs::pg::Migration> applied;
      if (!has_migrations(transaction, schema))
        return applied;
      for (const auto& row :
           run(transaction, with_schema(sql::postgres::applied_migrations, schema)))
        applied.push_back({row[0].as<std::int64_t>(), row[1].c_str(),
                           UnixTime{std::chrono::seconds{row[2].as<std::int64_t>()}}});
      return applied;
    });
  });
}

std::uint32_t migrate_up(PqxxSession& session, const std::string& schema) {
  std::uint32_t steps = 0;
  for (auto version = schema_version(session, schema); version < newest_version;)
    steps += step_up(session, schema, ++version) ? 1 : 0;
  return steps;
}

std::uint32_t migrate_down(PqxxSession& session, const std::string& schema, std::int64_t version) {
  if (version < 0)
    throw Error{errc::invalid_argument,
                "version: must be 0.." + std::to_string(newest_version) + ", got "
                  + std::to_string(version)};
  std::uint32_t steps = 0;
  for (auto current = schema_version(session, schema); current > version; --current)
    steps += step_down(session, schema, current) ? 1 : 0;
  return steps;
}

void open_schema(PqxxSession& session, const std::string& schema, bool migrate) {
  const auto version = schema_version(session, schema);
  if (version == newest_version)
    return;
  if (!migrate)
    throw Error{errc::not_allowed,
                place(schema) + "its tables are version " + std::to_string(version)
                  + ", this program needs " + std::to_string(newest_version) + ": "
                  + ask_the_owner};
  migrate_up(session, schema);
}

} // namespace zzz_jobs::detail::pg
