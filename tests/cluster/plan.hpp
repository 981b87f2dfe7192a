#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace zzz_jobs::cluster {

/// The one worker of these tests.
inline constexpr std::string_view worker_name = "planned";

enum class Course : std::uint8_t {
  straight, ///< returns
  fails,    ///< throws in its first attempt
  snoozes,  ///< snoozes in its first attempt
};

/// What a job is to do; its args: `PAYLOAD MICROSECONDS COURSE`.
struct Plan {
  std::string payload{};
  std::chrono::microseconds duration{0};
  Course course = Course::straight;
};

[[nodiscard]] std::string to_args(const Plan& plan);
/// @throws std::runtime_error
[[nodiscard]] Plan plan_of(std::string_view args);

} // namespace zzz_jobs::cluster
