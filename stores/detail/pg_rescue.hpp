#pragma once

#include <zzz_jobs/config/log.hpp>
#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/detail/pg_desk.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace zzz_jobs::detail::pg {

/// Ends executions that nobody else will, by turns; which ended. `reason` is that of those
/// without an owner. One whose row the table refuses to write (a trigger that raises) is
/// found by halving, logged and left. @throws Error, whatever else a turn throws.
[[nodiscard]] std::vector<std::int64_t> rescue(const std::vector<Desk::Lost>& lost,
                                               const std::string& reason,
                                               const std::function<BatchResult(const Batch&)>& turn,
                                               const LogSink& log);

} // namespace zzz_jobs::detail::pg
