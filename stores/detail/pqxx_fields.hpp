#pragma once

#include <zzz_jobs/config/clock.hpp>

#include <pqxx/result>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

// Values of libpqxx's answers as ours. Text may contain any byte but NUL.

namespace zzz_jobs::detail::pg {

[[nodiscard]] inline std::string text_of(const pqxx::field& field) {
  return {field.c_str(), field.size()};
}

[[nodiscard]] inline std::optional<std::string> optional_text_of(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional{text_of(field)};
}

[[nodiscard]] inline UnixTime time_of(const pqxx::field& field) {
  return UnixTime{std::chrono::seconds{field.as<std::int64_t>()}};
}

[[nodiscard]] inline std::optional<UnixTime> optional_time_of(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional{time_of(field)};
}

} // namespace zzz_jobs::detail::pg
