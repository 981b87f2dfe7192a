#pragma once

#include <zzz_jobs/config/clock.hpp>
#include <zzz_jobs/config/limits.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace zzz_jobs {

/// The `errors` column with one more entry `{"attempt", "at", "error"}` at its
/// end, within the limits: the oldest entries go first, and a text that is too
/// long keeps its head and says how much is missing. Invalid UTF-8 is replaced.
/// A column that is not a JSON array (a foreign writer's) is kept as the first
/// entry's text.
[[nodiscard]] std::string with_error(std::string_view history, std::int32_t attempt, UnixTime at,
                                     std::string_view text, const Limits& limits);

} // namespace zzz_jobs
