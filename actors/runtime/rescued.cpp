#include <zzz_jobs/actors/runtime/rescued.hpp>

#include <utility>

namespace zzz_jobs::runtime {

Rescued rescue_dead_owners(AnyStore& store) {
  Rescued rescued;
  for (auto& job : store.rescue_dead_owners()) {
    const bool is_over = job.state == JobState::discarded;
    rescued.discarded += is_over ? 1 : 0;
    Event event{.type = is_over ? EventType::job_discarded : EventType::job_rescued,
                .queue = job.queue};
    event.result.error = "its owner is dead";
    event.result.job = std::move(job);
    rescued.events.push_back(std::move(event));
  }
  return rescued;
}

void tell(Rescued rescued, Shared& shared) {
  shared.counters.rescued += rescued.events.size() - rescued.discarded;
  shared.counters.discarded += rescued.discarded;
  shared.telemetry.publish(std::move(rescued.events));
}

} // namespace zzz_jobs::runtime
