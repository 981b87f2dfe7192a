#include <zzz_jobs/stores/detail/pg_checks.hpp>

#include <zzz_jobs/stores/detail/pg_error.hpp>
#include <zzz_jobs/stores/detail/pg_migrations.hpp>

#include <utility>

namespace zzz_jobs::detail::pg {
namespace {

struct Check {
  const char* name;
  Finding (*run)(const Examination&);
};
constexpr Check of_tables[] = {
  {"columns", check_columns},     {"indexes", check_indexes},     {"claim_plan", check_claim_plan},
  {"vacuum", check_vacuum},       {"dead_rows", check_dead_rows}, {"nodes", check_nodes},
  {"listeners", check_listeners}, {"retention", check_retention},
};
constexpr Check of_server[] = {
  {"oldest_transaction", check_oldest_transaction},
  {"clock", check_clock},
};

/// A check that the tables' state or the role's rights make impossible says so,
/// and the others go on. A lost connection ends all.
Finding outcome_of(const Check& check, const Examination& examined) {
  try {
    return check.run(examined);
  } catch (const StatementError& error) {
    return warning(check.name, std::string{"It could not be examined: "} + error.what() + ".",
                   error.code() == errc::not_allowed
                     ? "Run the statements of `zzz-jobs migrate sql --grants ROLE` "
                       "(pg::grants_sql) as the tables' owner."
                     : "See the other checks, those of columns and indexes first.");
  }
}

struct Version {
  Finding finding{};
  bool is_current = false;
};

Version version_of(const Examination& examined) {
  constexpr const char* name = "schema";
  const auto known = std::to_string(known_version());
  try {
    const auto version = schema_version(examined.session, examined.schema);
    if (version == known_version())
      return {fine(name, "The tables are of version " + known + ", as this program."), true};
    return {problem(name,
                    "The tables are of version " + std::to_string(version) + ", this program needs "
                      + known + ".",
                    "Let their owner run `zzz-jobs migrate up` (pg::migrate_up), or the statements "
                    "of `zzz-jobs migrate sql`."),
            false};
  } catch (const Error& error) {
    if (error.code() != errc::schema_too_new && error.code() != errc::not_allowed)
      throw;
    return {problem(name, error.what(),
                    error.code() == errc::not_allowed
                      ? "Run the statements of `zzz-jobs migrate sql --grants ROLE` "
                        "(pg::grants_sql) as the tables' owner."
                      : "Use a zzz_jobs that knows this version, or another schema."),
            false};
  }
}

} // namespace

Finding fine(std::string check, std::string text) {
  return {std::move(check), Finding::Level::fine, std::move(text), {}};
}

Finding warning(std::string check, std::string text, std::string advice) {
  return {std::move(check), Finding::Level::warning, std::move(text), std::move(advice)};
}

Finding problem(std::string check, std::string text, std::string advice) {
  return {std::move(check), Finding::Level::problem, std::move(text), std::move(advice)};
}

std::vector<Finding> examine(const Examination& examined) {
  auto [finding, is_current] = version_of(examined);
  std::vector<Finding> findings{std::move(finding)};
  if (is_current)
    for (const auto& check : of_tables)
      findings.push_back(outcome_of(check, examined));
  for (const auto& check : of_server)
    findings.push_back(outcome_of(check, examined));
  return findings;
}

} // namespace zzz_jobs::detail::pg
