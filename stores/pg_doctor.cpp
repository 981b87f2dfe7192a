#include <zzz_jobs/stores/pg_doctor.hpp>

#include <zzz_jobs/stores/detail/pg_checks.hpp>

namespace zzz_jobs::pg {

std::string_view to_string(Finding::Level level) noexcept {
  switch (level) {
    case Finding::Level::fine: return "fine";
    case Finding::Level::warning: return "warning";
    case Finding::Level::problem: return "problem";
  }
  return "unknown";
}

std::vector<Finding> doctor(const Target& target, const PrunePolicy& retention) {
  detail::pg::check_schema_name(target.schema);
  detail::pg::PqxxSession session{{.url = target.url, .application = "zzz_jobs doctor"}};
  const detail::pg::Thresholds thresholds;
  return detail::pg::examine({session, target.schema, retention, thresholds});
}

} // namespace zzz_jobs::pg
