#include <zzz_jobs/stores/detail/pg_checks.hpp>

#include <zzz_jobs/stores/detail/pg_error.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

#include <nlohmann/json.hpp>
#include <pqxx/subtransaction>

#include <optional>

namespace zzz_jobs::detail::pg {
namespace {

constexpr std::string_view available_index = "idx_zzz_jobs_available";

/// The values of a column, joined.
std::string joined(const pqxx::result& rows, int column, const char* separator) {
  std::string all;
  for (const auto& row : rows)
    all += (all.empty() ? "" : separator) + std::string{row[column].c_str()};
  return all;
}

std::string explained_now(pqxx::work& transaction) {
  pqxx::subtransaction attempt{transaction};
  std::string plan = run(attempt, std::string{sql::postgres::doctor_explain_claim})[0][0].c_str();
  attempt.commit();
  return plan;
}

/// The plan of the claim, as JSON. Nothing is left in the session, which may be
/// a pooler's.
std::string explained_claim(const Examination& examined) {
  return with_errors([&] {
    // Never committed: the settings end with it.
    pqxx::work transaction{examined.session.connection()};
    run(transaction, "SET TRANSACTION READ ONLY");
    run(transaction, std::string{sql::postgres::session_settings});
    run(transaction,
        with_schema(std::string{sql::postgres::doctor_prepare_claim} + "\n"
                      + std::string{sql::postgres::claim_jobs},
                    examined.schema));
    const std::string forget{sql::postgres::doctor_forget_claim};
    try {
      auto plan = explained_now(transaction);
      run(transaction, forget);
      return plan;
    } catch (const StatementError&) {
      run(transaction, forget);
      throw;
    }
  });
}

struct Plan {
  bool walks_available = false;
  std::string detour{}; ///< a step that reads or sorts more than the claim needs
};

void inspect(const nlohmann::json& node, Plan& plan) {
  const auto type = node.value("Node Type", "");
  const bool is_on_jobs = node.value("Relation Name", "") == "zzz_jobs";
  if (type.starts_with("Index") && node.value("Index Name", "") == available_index)
    plan.walks_available = true;
  if (type == "Seq Scan" && is_on_jobs)
    plan.detour = "a sequential scan of zzz_jobs";
  else if (type.ends_with("Sort"))
    plan.detour = "a sort";
  for (const auto& below : node.value("Plans", nlohmann::json::array()))
    inspect(below, plan);
}

/// Unset if the text is not what EXPLAIN writes.
std::optional<Plan> plan_in(const std::string& explained) {
  const auto json = nlohmann::json::parse(explained, nullptr, false);
  if (!json.is_array() || json.empty() || !json[0].contains("Plan"))
    return std::nullopt;
  Plan plan;
  inspect(json[0]["Plan"], plan);
  return plan;
}

} // namespace

Finding check_columns(const Examination& examined) {
  const auto differences = look(examined, sql::postgres::doctor_columns);
  if (differences.empty())
    return fine("columns", "All columns are as this version made them.");
  return problem("columns", "The tables were changed: " + joined(differences, 0, "; ") + ".",
                 "Give the columns back the types and defaults that migration_sql shows.");
}

Finding check_indexes(const Examination& examined) {
  const auto differences = look(examined, sql::postgres::doctor_indexes);
  if (differences.empty())
    return fine("indexes", "All indexes are there and valid.");
  return problem("indexes", "Indexes were changed: " + joined(differences, 0, "; ") + ".",
                 "Run: " + joined(differences, 1, " "));
}

Finding check_claim_plan(const Examination& examined) {
  constexpr const char* name = "claim_plan";
  const auto plan = plan_in(explained_claim(examined));
  const auto index = std::string{available_index};
  if (!plan)
    return warning(name, "The plan of the claim could not be read.",
                   "Use a server version that zzz_jobs knows (15 to 17).");
  if (plan->walks_available && plan->detour.empty())
    return fine(name, "Claims walk " + index + ".");
  return problem(name,
                 "Claims do not just walk " + index
                   + (plan->detour.empty() ? "" : ": their plan has ") + plan->detour + ".",
                 "See the check of the indexes; where they are fine, look for extensions or "
                 "settings of the role that change plans.");
}

} // namespace zzz_jobs::detail::pg
