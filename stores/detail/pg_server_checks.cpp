#include <zzz_jobs/stores/detail/pg_checks.hpp>

#include <zzz_jobs/stores/sql/postgres.hpp>

#include <chrono>
#include <cstdlib>

namespace zzz_jobs::detail::pg {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// What pg_stat and the settings say of vacuum on zzz_jobs.
struct Vacuum {
  bool is_on_server = true;
  bool is_on_table = true;
  std::int64_t due_at = 0; ///< dead rows
  std::int64_t dead_rows = 0;
  std::int64_t vacuumed_s_ago = -1; ///< -1: never
};

Vacuum vacuum_of(const Examination& examined) {
  const auto rows = look(examined, sql::postgres::doctor_vacuum);
  const auto& row = rows.at(0);
  return {row[0].as<bool>(), row[1].as<bool>(), row[2].as<std::int64_t>(),
          row[3].as<std::int64_t>(), row[4].as<std::int64_t>()};
}

std::string ago(std::int64_t vacuumed_s_ago) {
  return vacuumed_s_ago < 0 ? "never vacuumed"
                            : "vacuumed " + std::to_string(vacuumed_s_ago) + " s ago";
}

milliseconds machine_time(const Examination& examined) {
  return std::chrono::duration_cast<milliseconds>(
           std::chrono::system_clock::now().time_since_epoch())
    + examined.machine_time_offset;
}

} // namespace

Finding check_vacuum(const Examination& examined) {
  constexpr const char* name = "vacuum";
  const auto vacuum = vacuum_of(examined);
  if (!vacuum.is_on_server)
    return problem(name, "Autovacuum is off on the server: dead rows stay and slow every claim.",
                   "Set autovacuum = on and track_counts = on in the server's settings.");
  if (!vacuum.is_on_table)
    return problem(name, "Autovacuum is off for zzz_jobs: dead rows stay and slow every claim.",
                   "ALTER TABLE zzz_jobs RESET (autovacuum_enabled);");
  const auto due_at = std::to_string(vacuum.due_at);
  if (vacuum.due_at > examined.thresholds.vacuum_due_at)
    return warning(
      name, "Autovacuum comes only after " + due_at + " dead rows of zzz_jobs.",
      "Give zzz_jobs back the storage parameters that migration_sql(schema, 4) shows.");
  return fine(name, "Autovacuum comes after " + due_at + " dead rows of zzz_jobs.");
}

Finding check_dead_rows(const Examination& examined) {
  const auto& limits = examined.thresholds;
  const auto vacuum = vacuum_of(examined);
  const auto text = "zzz_jobs has " + std::to_string(vacuum.dead_rows) + " dead rows, and was "
    + ago(vacuum.vacuumed_s_ago) + ".";
  const std::string advice =
    "VACUUM zzz_jobs; and see the checks of vacuum and of the oldest transaction.";
  if (vacuum.dead_rows > limits.dead_rows_max)
    return problem("dead_rows", text, advice);
  const bool is_absent =
    vacuum.vacuumed_s_ago < 0 || seconds{vacuum.vacuumed_s_ago} > limits.vacuum_absence;
  if (vacuum.dead_rows > limits.dead_rows_always
      || (is_absent && vacuum.dead_rows > limits.dead_rows))
    return warning("dead_rows", text, advice);
  return fine("dead_rows", text);
}

Finding check_oldest_transaction(const Examination& examined) {
  constexpr const char* name = "oldest_transaction";
  const auto rows = look(examined, sql::postgres::doctor_oldest_transaction);
  if (rows.empty())
    return fine(name, "No transaction is held open.");
  const seconds age{rows[0][0].as<std::int64_t>()};
  const auto text = "The oldest transaction is " + std::to_string(age.count())
    + " s old: " + rows[0][1].c_str() + ".";
  if (age < examined.thresholds.transaction_age)
    return fine(name, text);
  const auto advice = "While it lasts no dead row is removed, and claims become slower. End it: "
    + std::string{rows[0][2].c_str()};
  return age < examined.thresholds.transaction_age_max ? warning(name, text, advice)
                                                       : problem(name, text, advice);
}

// The answer's way here and back is part of the difference, so half of it is
// taken off, and what may be due to it is not held against the clocks.
Finding check_clock(const Examination& examined) {
  const auto before = machine_time(examined);
  const auto rows = look(examined, sql::postgres::database_time);
  const auto after = machine_time(examined);
  const milliseconds theirs{rows[0][0].as<std::int64_t>()};
  const auto difference = theirs - (before + after) / 2;
  const milliseconds size{std::abs(difference.count())};
  const auto text = "The database's clock is " + std::to_string(size.count()) + " ms "
    + (difference.count() < 0 ? "behind" : "ahead of") + " this machine's.";
  const std::string advice = "Jobs become due by the database's clock, so times computed here are "
                             "met late or early by that much. Synchronise both (NTP).";
  const auto sure = size - (after - before) / 2;
  if (sure > examined.thresholds.clock_difference_max)
    return problem("clock", text, advice);
  if (sure > examined.thresholds.clock_difference)
    return warning("clock", text, advice);
  return fine("clock", text);
}

} // namespace zzz_jobs::detail::pg
