#include <zzz_jobs/actors/job_context.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t note_bytes_max = 1000;
constexpr auto progress_interval = 500ms;
constexpr std::chrono::seconds snooze_max = 24h * 365 * 100;

} // namespace

std::string_view to_string(StopReason reason) noexcept {
  switch (reason) {
    case StopReason::none: return "none";
    case StopReason::cancelled: return "cancelled";
    case StopReason::timeout: return "timeout";
    case StopReason::shutdown: return "shutdown";
    case StopReason::lost_claim: return "lost_claim";
  }
  return "unknown";
}

bool StopSignal::give(StopReason reason) noexcept {
  auto expected = StopReason::none;
  return reason_.compare_exchange_strong(expected, reason);
}

bool StopSignal::fire(StopReason reason) {
  if (!give(reason))
    return false;
  request_stop();
  return true;
}

void JobContext::snooze(std::chrono::seconds delay) {
  if (delay < 0s || delay > snooze_max)
    throw Error(errc::invalid_argument,
                "snooze: delay must be 0 s to 100 years, got " + std::to_string(delay.count())
                  + " s");
  verdict_.kind = OutcomeKind::snooze;
  verdict_.delay = delay;
}

void JobContext::cancel(std::string reason) {
  verdict_.kind = OutcomeKind::cancel;
  verdict_.error = std::move(reason);
}

void JobContext::discard(std::string reason) {
  verdict_.kind = OutcomeKind::discard;
  verdict_.error = std::move(reason);
}

void JobContext::result(std::string text) {
  check_text("result", text, limits_.result_bytes_max);
  verdict_.result = std::move(text);
}

void JobContext::progress(int percent, std::string_view note) {
  check_text("progress note", note, note_bytes_max);
  unwritten_ = Progress{job_.claim(), std::clamp(percent, 0, 100), std::string{note}};
  const auto now = std::chrono::steady_clock::now();
  if (progress_ == nullptr || now - written_at_ < progress_interval)
    return;
  written_at_ = now;
  (*progress_)(*std::exchange(unwritten_, std::nullopt));
}

Outcome JobContext::take_outcome() {
  verdict_.claim = job_.claim();
  return std::exchange(verdict_, {});
}

std::optional<Progress> JobContext::take_progress() {
  return std::exchange(unwritten_, std::nullopt);
}

} // namespace zzz_jobs
