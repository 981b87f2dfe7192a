#include <zzz_jobs/config/clock.hpp>

namespace zzz_jobs {
namespace {

class SystemClock final : public Clock {
public:
  [[nodiscard]] UnixTime now() const override {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
};

} // namespace

std::shared_ptr<const Clock> system_clock() {
  static const auto clock = std::make_shared<const SystemClock>();
  return clock;
}

} // namespace zzz_jobs
