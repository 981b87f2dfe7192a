#pragma once

#include <zzz_jobs/config/retention.hpp>
#include <zzz_jobs/stores/pg_schema.hpp>

#include <string>
#include <vector>

namespace zzz_jobs::pg {

/// What one examination of the database found.
struct Finding {
  enum class Level { fine, warning, problem };
  std::string check{}; ///< what was examined, a fixed name: "schema", "indexes", ...
  Level level = Level::fine;
  std::string text{};   ///< what was found, one sentence with the figures
  std::string advice{}; ///< what to do; empty where all is well
};

[[nodiscard]] std::string_view to_string(Finding::Level level) noexcept;

/// Examines the tables and the server, reading only: version and drift of the
/// schema, indexes, the plan of the real claim statement, dead rows, the oldest
/// transaction, the clock's difference to this machine, nodes and their
/// listeners, and final jobs that `retention` would have deleted.
/// @throws Error(unavailable).
[[nodiscard]] std::vector<Finding> doctor(const Target& target, const PrunePolicy& retention = {});

} // namespace zzz_jobs::pg
