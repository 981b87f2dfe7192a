#include <zzz_jobs/actors/any_supervisor.hpp>

#include <zzz_jobs/actors/runtime/engine.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>

#include <utility>

namespace zzz_jobs {
namespace {

using namespace std::chrono_literals;

constexpr auto* not_run_here = "this supervisor does not run it";

} // namespace

void AnySupervisor::set_paused(std::string_view queue, bool paused) {
  check_name("queue", queue, config().limits.name_bytes_max);
  with_store([&](AnyStore& store) { paused ? store.pause(queue) : store.resume_queue(queue); });
  engine_->queue_paused(queue, paused);
  shared_->notices.tell(
    {.kind = paused ? Notice::Kind::paused : Notice::Kind::resumed, .queue = std::string{queue}});
  std::vector<Event> events(1);
  events[0].type = paused ? EventType::queue_paused : EventType::queue_resumed;
  events[0].queue = queue;
  shared_->telemetry.publish(std::move(events));
}

void AnySupervisor::pause_queue(std::string_view queue) {
  set_paused(queue, true);
}

void AnySupervisor::resume_queue(std::string_view queue) {
  set_paused(queue, false);
}

bool AnySupervisor::is_paused(std::string_view queue) {
  bool paused = false;
  with_store([&](AnyStore& store) { paused = store.is_paused(queue); });
  return paused;
}

void AnySupervisor::refuse_queue(std::string_view queue, const std::string& why) {
  throw Error(errc::invalid_argument, "queue \"" + std::string{queue} + "\": " + why);
}

void AnySupervisor::set_concurrency(std::string_view queue, std::uint32_t concurrency) {
  if (concurrency < 1 || concurrency > 10'000)
    refuse_queue(queue, "concurrency must be 1..10000, got " + std::to_string(concurrency));
  if (!engine_->set_concurrency(queue, concurrency))
    refuse_queue(queue, not_run_here);
}

void AnySupervisor::set_poll_interval(std::string_view queue, std::chrono::milliseconds interval) {
  if (interval < 10ms || interval > 1h)
    refuse_queue(queue,
                 "poll_interval must be 10..3600000 ms, got " + std::to_string(interval.count()));
  if (!engine_->set_poll_interval(queue, interval))
    refuse_queue(queue, not_run_here);
}

void AnySupervisor::run_queue(const QueueConfig& queue) {
  check_running();
  const auto problems = problems_of({.queues = {queue}, .limits = config().limits});
  if (!problems.empty())
    throw Error(errc::invalid_argument, problems.front());
  if (!engine_->run_queue(queue))
    throw Error(errc::not_allowed,
                "queue \"" + queue.name + "\": it is run already, or its last handlers still are");
}

void AnySupervisor::drop_queue(std::string_view queue) {
  if (!engine_->drop_queue(queue))
    refuse_queue(queue, not_run_here);
}

std::vector<QueueStatus> AnySupervisor::queues() const {
  return engine_->queues();
}

} // namespace zzz_jobs
