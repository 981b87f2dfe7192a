#pragma once

#include <zzz_jobs/stores/job.hpp>

#include <pqxx/row>

namespace zzz_jobs::detail::pg {

/// A row of a statement that selects whole jobs (get_job.sql and its like).
[[nodiscard]] Job read_job(const pqxx::row& row);

} // namespace zzz_jobs::detail::pg
