// Any bytes are refused with Error, or are a schedule whose ticks lie ahead and whose text
// parses again to the same ticks. Every other exception ends the fuzzer.

#include <zzz_jobs/config/cron_expr.hpp>
#include <zzz_jobs/config/errc.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

namespace {

void expect(bool holds) {
  if (!holds)
    std::abort();
}

std::optional<zzz_jobs::CronExpr> parsed(std::string_view text) {
  try {
    return zzz_jobs::CronExpr::parse(text);
  } catch (const zzz_jobs::Error& failure) {
    expect(failure.code() == zzz_jobs::errc::invalid_cron_expression);
    return std::nullopt;
  }
}

void check_ticks(const zzz_jobs::CronExpr& cron, zzz_jobs::UnixTime time, const char* zone) {
  const auto again = zzz_jobs::CronExpr::parse(cron.text());
  for (int n = 0; n < 3; ++n) {
    const auto next = cron.next_after(time, zone);
    expect(next == again.next_after(time, zone));
    if (!next)
      return;
    expect(*next > time);
    time = *next;
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::uint32_t seconds = 0; // the first four bytes: a time from 1970 to 2106
  if (size < sizeof seconds)
    return 0;
  std::memcpy(&seconds, data, sizeof seconds);
  const std::string_view text{reinterpret_cast<const char*>(data) + sizeof seconds,
                              size - sizeof seconds};
  if (const auto cron = parsed(text)) {
    const zzz_jobs::UnixTime time{std::chrono::seconds{seconds}};
    check_ticks(*cron, time, "UTC");
    check_ticks(*cron, time, "Europe/Berlin");
  }
  return 0;
}
