#include <zzz_jobs/stores/detail/pg_config.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <cstdint>
#include <string>

namespace zzz_jobs::detail::pg {
namespace {

void check_range(const std::string& field, std::int64_t value, std::int64_t min, std::int64_t max) {
  if (value < min || value > max)
    throw Error{errc::invalid_argument,
                "store: " + field + " must be " + std::to_string(min) + ".." + std::to_string(max)
                  + ", got " + std::to_string(value)};
}

} // namespace

PgStore::Config checked(PgStore::Config config) {
  check_range("lease in seconds", config.lease.count(), 1, 3600);
  check_range("look_interval in milliseconds", config.look_interval.count(), 10, 60'000);
  check_range("connect_timeout in seconds", config.connect_timeout.count(), 1, 600);
  check_range("answer_timeout in milliseconds", config.answer_timeout.count(), 10, 3'600'000);
  if (!config.log)
    config.log = [](LogLevel, std::string_view) {};
  return config;
}

} // namespace zzz_jobs::detail::pg
