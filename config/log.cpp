#include <zzz_jobs/config/log.hpp>

#include <cstdio>
#include <ctime>

namespace zzz_jobs {

void log_to_stderr(LogLevel level, std::string_view line) {
  if (level == LogLevel::info)
    return;
  char when[32] = "";
  const auto now = std::time(nullptr);
  std::tm utc{};
  if (gmtime_r(&now, &utc) != nullptr)
    std::strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
  std::fprintf(stderr, "%s zzz_jobs %s %.*s\n", when,
               level == LogLevel::warning ? "warning" : "error", static_cast<int>(line.size()),
               line.data());
}

} // namespace zzz_jobs
