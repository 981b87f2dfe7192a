#pragma once

#include <zzz_jobs/config/clock.hpp>

#include <cstdint>
#include <string>

namespace zzz_jobs::node::cli {

/// "2026-11-24 13:40:02" on the local clock (TZ).
[[nodiscard]] std::string local_time(UnixTime time);

/// "45s", "3m", "2h 5m", "4d 1h"; not negative.
[[nodiscard]] std::string duration_text(std::chrono::seconds duration);

/// "3m ago", "in 2h 5m", "now".
[[nodiscard]] std::string age(UnixTime time, UnixTime now);

/// Both: "2026-11-24 13:40:02 (3m ago)".
[[nodiscard]] std::string time_and_age(UnixTime time, UnixTime now);

[[nodiscard]] UnixTime current_time();

/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::int64_t number);

/// "1 job", "1,000 jobs".
[[nodiscard]] std::string counted(std::int64_t number, const std::string& noun);

} // namespace zzz_jobs::node::cli
