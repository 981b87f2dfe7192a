#include <zzz_jobs/actors/runtime/telemetry_hub.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace zzz_jobs {

std::string_view to_string(EventType type) noexcept {
  switch (type) {
    case EventType::job_enqueued: return "job_enqueued";
    case EventType::job_started: return "job_started";
    case EventType::job_completed: return "job_completed";
    case EventType::job_failed: return "job_failed";
    case EventType::job_discarded: return "job_discarded";
    case EventType::job_cancelled: return "job_cancelled";
    case EventType::job_snoozed: return "job_snoozed";
    case EventType::job_rescued: return "job_rescued";
    case EventType::outcome_refused: return "outcome_refused";
    case EventType::queue_paused: return "queue_paused";
    case EventType::queue_resumed: return "queue_resumed";
    case EventType::store_failed: return "store_failed";
    case EventType::store_recovered: return "store_recovered";
  }
  return "unknown";
}

} // namespace zzz_jobs

namespace zzz_jobs::runtime {

std::uint64_t TelemetryHub::attach(Sink sink) {
  const std::lock_guard lock(mutex_);
  attached_.push_back({next_id_, std::make_shared<const Sink>(std::move(sink))});
  active_ = true;
  return next_id_++;
}

void TelemetryHub::detach(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(attached_, [&](const Attached& one) { return one.id == id; });
  active_ = !attached_.empty();
}

void TelemetryHub::publish(std::vector<Event> events) const {
  if (events.empty())
    return;
  std::vector<Attached> attached;
  {
    const std::lock_guard lock(mutex_);
    attached = attached_;
  }
  const auto shared = std::make_shared<const std::vector<Event>>(std::move(events));
  for (const auto& one : attached)
    (*one.sink)(shared);
}

void call_handler(const TelemetryHandler& handler, const Event& event, const LogSink& log) {
  const auto tell = [&](std::string_view error) {
    log(LogLevel::warning,
        "telemetry_handler_threw event=" + std::string{to_string(event.type)} + " error=\""
          + std::string{error} + "\"");
  };
  try {
    handler(event);
  } catch (const std::exception& error) {
    tell(error.what());
  } catch (...) {
    tell("an exception that is no std::exception");
  }
}

} // namespace zzz_jobs::runtime
