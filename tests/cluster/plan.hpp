#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace zzz_jobs::cluster {

/// The one worker of these tests.
inline constexpr std::string_view worker_name = "planned";

enum class Course : std::uint8_t {
  straight, ///< returns
  fails,    ///< throws in its first attempt
  snoozes,  ///< snoozes in its first attempt
  lingers,  ///< its first attempt lasts until it is told to stop
  deaf,     ///< the same, but it hears nothing
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

/// Mostly short jobs, up to 60 ms times `stretch`; some fail or snooze in their first
/// attempt. It has no payload yet.
[[nodiscard]] Plan random_plan(std::mt19937_64& random, int stretch = 1);

} // namespace zzz_jobs::cluster
