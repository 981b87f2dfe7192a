#include <zzz_jobs/actors/runtime/outage.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <algorithm>
#include <random>

namespace zzz_jobs::runtime {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds outage_pause_min = 50ms;
constexpr milliseconds outage_pause_max = 5s;

bool is_of(const std::exception_ptr& error, errc code) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& failure) {
    return failure.code() == code;
  } catch (...) {
    return false;
  }
}

} // namespace

std::chrono::milliseconds outage_pause(std::uint32_t failures) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto longest =
    std::min(outage_pause_max, outage_pause_min * (1U << std::min(failures, 7U)));
  std::uniform_int_distribution<milliseconds::rep> between{longest.count() / 2, longest.count()};
  return milliseconds{between(random)};
}

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& failure) {
    return failure.what();
  } catch (...) {
    return "unknown exception";
  }
}

bool is_outage(const std::exception_ptr& error) {
  return is_of(error, errc::unavailable);
}

bool is_in_doubt(const std::exception_ptr& error) {
  return is_of(error, errc::in_doubt);
}

} // namespace zzz_jobs::runtime
