#pragma once

// For programs that use libpqxx themselves: the one public header that names it.

#include <zzz_jobs/stores/batch.hpp>

#include <pqxx/transaction_base>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zzz_jobs {

/// Where the tables are, and which sizes are accepted.
struct PgTables {
  std::string schema = "public";
  Limits limits{};
};

/// Puts a job into the table inside the caller's own transaction: the job exists
/// if and only if that transaction commits. The tables must exist (a PgStore was
/// opened on them). Nodes find the job when it has committed: at once where the
/// wake-up trigger is installed, else within their look_interval.
///
/// `id` may be given by the caller, from `reserve_id`: a transaction whose commit
/// is in doubt can then be repeated as it was, and the job is there once. Its
/// answer then is a conflict with `id` itself. Known by its row: a job that has run and been
/// deleted meanwhile (`delete_completed`, pruning) is put in again.
/// @throws Error as PgStore::enqueue; the caller then gives the transaction up.
Enqueued enqueue(pqxx::transaction_base& transaction, std::string_view worker,
                 std::string_view args, const JobOpts& opts = {}, const PgTables& tables = {},
                 std::optional<std::int64_t> id = std::nullopt);

/// An id for one enqueue, that no other job has or will have.
[[nodiscard]] std::int64_t reserve_id(pqxx::transaction_base& transaction,
                                      const PgTables& tables = {});

/// Completes an execution inside the caller's own transaction: what the handler
/// did in the database and the completion of its job stand or fall together. After
/// a commit the handler calls `already_completed()` of its context.
/// @throws Error(conflict) if the claim was lost to another execution: the transaction is
/// rolled back by then, and can no longer be committed; Error(invalid_argument | too_large)
/// for the result.
void complete(pqxx::transaction_base& transaction, const Claim& claim,
              std::optional<std::string> result = std::nullopt, const PgTables& tables = {});

} // namespace zzz_jobs
