#include <zzz_jobs/config/errc.hpp>

namespace zzz_jobs {

std::string_view to_string(errc code) noexcept {
  switch (code) {
    case errc::invalid_argument: return "invalid_argument";
    case errc::invalid_cron_expression: return "invalid_cron_expression";
    case errc::too_large: return "too_large";
    case errc::store_full: return "store_full";
    case errc::job_not_found: return "job_not_found";
    case errc::not_allowed: return "not_allowed";
    case errc::conflict: return "conflict";
    case errc::unavailable: return "unavailable";
    case errc::in_doubt: return "in_doubt";
    case errc::locked: return "locked";
    case errc::schema_too_new: return "schema_too_new";
    case errc::corrupt: return "corrupt";
    case errc::unsupported: return "unsupported";
  }
  return "unknown";
}

} // namespace zzz_jobs
