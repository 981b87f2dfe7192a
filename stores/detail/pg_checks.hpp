#pragma once

#include <zzz_jobs/config/retention.hpp>
#include <zzz_jobs/stores/detail/pg_sql.hpp>
#include <zzz_jobs/stores/detail/pqxx_session.hpp>
#include <zzz_jobs/stores/pg_doctor.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace zzz_jobs::detail::pg {

using zzz_jobs::pg::Finding;

/// From where on something deserves to be told. The reasons are in figures
/// measured on two cores.
struct Thresholds {
  /// A dead row of the available ones costs every plain claim 1.5 ns, and 110 ns
  /// while a transaction keeps it from being marked: here 20 ms a claim. Vacuum,
  /// which is due at 50,000 and looks once a minute, should have come by then.
  std::int64_t dead_rows = 200'000;
  std::chrono::seconds vacuum_absence{300};
  /// 0.2 s a claim in that case; also where vacuum comes, but in vain.
  std::int64_t dead_rows_always = 2'000'000;
  /// 2 s a claim: nodes do little else.
  std::int64_t dead_rows_max = 20'000'000;
  /// Vacuum that is due this late leaves the first of these limits behind.
  std::int64_t vacuum_due_at = 200'000;
  /// A transaction of this age pins what hundreds of thousands of jobs leave behind.
  std::chrono::seconds transaction_age{300};
  std::chrono::seconds transaction_age_max{3600};
  /// Jobs count time in seconds, so below two nobody can tell.
  std::chrono::milliseconds clock_difference{2000};
  std::chrono::milliseconds clock_difference_max{60'000};
  /// After the end of an owner's lease: others look at least once a minute.
  std::chrono::seconds rescue_delay{120};
  /// Pruning runs each minute until nothing is left; at 1,500 jobs/s so many
  /// become due meanwhile.
  std::int64_t retention_debt = 100'000;
};

/// What the checks look at.
struct Examination {
  PqxxSession& session;
  const std::string& schema;
  const PrunePolicy& retention;
  const Thresholds& thresholds;
  std::chrono::milliseconds machine_time_offset{0}; ///< for tests: our clock is off by it
};

[[nodiscard]] Finding fine(std::string check, std::string text);
[[nodiscard]] Finding warning(std::string check, std::string text, std::string advice);
[[nodiscard]] Finding problem(std::string check, std::string text, std::string advice);

/// Runs one statement in a transaction that can only read.
template <class... Args>
pqxx::result look(const Examination& examined, std::string_view sql, const Args&... args) {
  return examined.session.in_transaction([&](pqxx::work& transaction) {
    run(transaction, "SET TRANSACTION READ ONLY");
    return run(transaction, with_schema(sql, examined.schema), args...);
  });
}

// Of the tables.
[[nodiscard]] Finding check_columns(const Examination& examined);
[[nodiscard]] Finding check_indexes(const Examination& examined);
[[nodiscard]] Finding check_claim_plan(const Examination& examined);

// Of the server.
[[nodiscard]] Finding check_vacuum(const Examination& examined);
[[nodiscard]] Finding check_dead_rows(const Examination& examined);
[[nodiscard]] Finding check_oldest_transaction(const Examination& examined);
[[nodiscard]] Finding check_clock(const Examination& examined);

// Of what uses the tables.
[[nodiscard]] Finding check_nodes(const Examination& examined);
[[nodiscard]] Finding check_listeners(const Examination& examined);
[[nodiscard]] Finding check_retention(const Examination& examined);

/// All of them, after the version of the tables; where that is another, only those
/// that need no tables.
[[nodiscard]] std::vector<Finding> examine(const Examination& examined);

} // namespace zzz_jobs::detail::pg
