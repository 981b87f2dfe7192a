#pragma once

#include <zzz_jobs/stores/batch.hpp>

#include <optional>
#include <string>
#include <string_view>

struct sqlite3;

namespace zzz_jobs {

/// Puts a job into the table through the caller's own connection, inside the
/// transaction that the caller has open there: the job exists if and only if
/// that transaction commits. The table must exist (a SqliteStore was opened on
/// the file). A supervisor in the same process finds the job within its
/// poll interval.
/// @throws Error as SqliteStore::enqueue; the caller then rolls back.
Enqueued enqueue(sqlite3* connection, std::string_view worker, std::string_view args,
                 const JobOpts& opts = {}, const Limits& limits = {});

/// Completes an execution through the caller's own connection, inside the
/// transaction that the caller has open there: what the handler did in the
/// database and the completion of its job stand or fall together. If the answer is
/// `refused`, the claim was lost to another execution and the transaction should
/// be rolled back; after a commit the handler calls `already_completed()` of its
/// context.
/// @throws Error(invalid_argument | too_large) for the result, Error(not_allowed)
/// without a transaction.
[[nodiscard]] OutcomeResult complete(sqlite3* connection, const Claim& claim,
                                     std::optional<std::string> result = std::nullopt,
                                     const Limits& limits = {});

} // namespace zzz_jobs
