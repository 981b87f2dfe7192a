#include "cluster/plan.hpp"

#include <array>
#include <cstddef>
#include <sstream>
#include <stdexcept>

namespace zzz_jobs::cluster {

namespace {

constexpr std::array<std::string_view, 3> courses{"straight", "fails", "snoozes"};

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

} // namespace zzz_jobs::cluster
