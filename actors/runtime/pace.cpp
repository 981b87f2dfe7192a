#include <zzz_jobs/actors/runtime/pace.hpp>

#include <algorithm>

namespace zzz_jobs::runtime {
namespace {

/// Waking a thread costs some 20 us, so a millisecond's work hides it; longer
/// would let a job wait behind a slower one for nothing.
constexpr double at_once_ns = 1e6;
constexpr double at_once_max = 256;
/// A turn of 1,000 rows takes 2 to 8 ms on SQLite.
constexpr double ahead_ns = 8e6;
constexpr double weight_of_news = 0.2;

} // namespace

void Pace::add(std::chrono::nanoseconds total, std::size_t count) {
  if (count == 0)
    return;
  const double mean = static_cast<double>(total.count()) / static_cast<double>(count);
  mean_ns_ = mean_ns_ < 0 ? mean : mean_ns_ + weight_of_news * (mean - mean_ns_);
}

std::size_t Pace::jobs_at_once() const {
  if (mean_ns_ < 0)
    return 1;
  return static_cast<std::size_t>(std::clamp(at_once_ns / (mean_ns_ + 1), 1.0, at_once_max));
}

std::uint32_t Pace::prefetch(std::uint32_t concurrency, std::uint32_t most) const {
  if (mean_ns_ < 0)
    return 0;
  const double soon = concurrency * ahead_ns / (mean_ns_ + 1);
  return static_cast<std::uint32_t>(std::min(soon, static_cast<double>(most)));
}

} // namespace zzz_jobs::runtime
