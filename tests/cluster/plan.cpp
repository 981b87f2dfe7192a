#include "cluster/plan.hpp"

#include <array>
#include <cstddef>
#include <sstream>
#include <stdexcept>

namespace zzz_jobs::cluster {

namespace {

constexpr std::array<std::string_view, 5> courses{"straight", "fails", "snoozes", "lingers",
                                                  "deaf"};

} // namespace

std::string to_args(const Plan& plan) {
  return plan.payload + ' ' + std::to_string(plan.duration.count()) + ' '
    + std::string{courses[static_cast<std::size_t>(plan.course)]};
}

Plan plan_of(std::string_view args) {
  std::istringstream words{std::string{args}};
  Plan plan;
  std::int64_t microseconds = 0;
  std::string course;
  if (words >> plan.payload >> microseconds >> course)
    for (std::size_t i = 0; i < courses.size(); ++i)
      if (courses[i] == course) {
        plan.duration = std::chrono::microseconds{microseconds};
        plan.course = static_cast<Course>(i);
        return plan;
      }
  throw std::runtime_error("no plan: " + std::string{args});
}

Plan random_plan(std::mt19937_64& random, int stretch) {
  const auto between = [&](int low, int high) {
    return std::uniform_int_distribution<int>{low, high}(random);
  };
  const int length = between(1, 100);
  Plan plan;
  plan.duration = stretch
    * std::chrono::microseconds{length <= 70     ? between(50, 2'000)
                                  : length <= 95 ? between(2'000, 15'000)
                                                 : between(15'000, 60'000)};
  const int course = between(1, 100);
  plan.course = course <= 4 ? Course::fails : course <= 8 ? Course::snoozes : Course::straight;
  return plan;
}

} // namespace zzz_jobs::cluster
