#pragma once

#include <zzz_jobs/stores/batch.hpp>

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

} // namespace zzz_jobs
