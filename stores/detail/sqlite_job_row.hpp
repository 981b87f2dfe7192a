#pragma once

#include <zzz_jobs/stores/detail/job_columns.hpp>
#include <zzz_jobs/stores/detail/sqlite.hpp>
#include <zzz_jobs/stores/job.hpp>

namespace zzz_jobs::detail::sqlite {

[[nodiscard]] Job read_job(const Rows& rows);

} // namespace zzz_jobs::detail::sqlite
