#include <zzz_jobs/actors/runtime/maintenance_actors.hpp>

#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>

#include <utility>

namespace zzz_jobs::runtime {
namespace {

constexpr std::uint32_t prune_page = 1000;

void ask(const MaintenanceSetup& setup, StoreCall::Work work, StoreCall::Done done) {
  if (const auto store = setup.directory->store())
    caf::anon_send(store,
                   StoreCallMsg{std::make_shared<StoreCall>(std::move(work), std::move(done))});
}

void rescue(AnyStore& store, Shared& shared) {
  std::vector<Event> events;
  std::uint64_t discarded = 0;
  for (auto& job : store.rescue_dead_owners()) {
    const bool over = job.state == JobState::discarded;
    discarded += over ? 1 : 0;
    Event event{.type = over ? EventType::job_discarded : EventType::job_rescued,
                .queue = job.queue};
    event.result.error = "its owner is dead";
    event.result.job = std::move(job);
    events.push_back(std::move(event));
  }
  const auto by_age = store.rescue_stuck(shared.config.rescue_after);
  shared.counters.rescued += events.size() - discarded + by_age;
  shared.counters.discarded += discarded;
  if (!events.empty() || by_age > 0)
    shared.log(LogLevel::warning,
               "jobs_rescued dead_owners=" + std::to_string(events.size())
                 + " discarded=" + std::to_string(discarded) + " by_age=" + std::to_string(by_age));
  shared.telemetry.publish(std::move(events));
}

} // namespace

caf::behavior rescuer(caf::stateful_actor<RescuerState>* self, MaintenanceSetup setup) {
  quiet_defaults(self);
  const auto look = [setup] {
    ask(
      setup, [shared = setup.shared](AnyStore& store) { rescue(store, *shared); },
      [directory = setup.directory](const std::exception_ptr&) {
        // A failure shows in the turns of the store actor too; tried again.
        if (const auto store = directory->store())
          caf::anon_send(store, LookAgainMsg{});
      });
  };
  self->send(self, look_atom::value);
  return {
    [look](RescueNowMsg&) { look(); },
    [self, setup, look](look_atom) {
      look();
      self->delayed_send(self, setup.shared->config.rescue_interval, look_atom::value);
    },
    [self](QuitMsg&) { self->quit(caf::exit_reason::user_shutdown); },
  };
}

caf::behavior pruner(caf::stateful_actor<PrunerState>* self, MaintenanceSetup setup) {
  quiet_defaults(self);
  const auto page = [self, setup] {
    auto deleted = std::make_shared<std::uint32_t>(0);
    ask(
      setup,
      [shared = setup.shared, deleted](AnyStore& store) {
        *deleted = store.prune(shared->config.retention, prune_page);
      },
      [me = caf::actor_cast<caf::actor>(self), deleted](const std::exception_ptr& error) {
        if (!error && *deleted == prune_page)
          caf::anon_send(me, turn_atom::value);
      });
  };
  self->send(self, look_atom::value);
  return {
    [=](look_atom) {
      page();
      self->delayed_send(self, setup.shared->config.prune_interval, look_atom::value);
    },
    [=](turn_atom) { page(); },
    [self](QuitMsg&) { self->quit(caf::exit_reason::user_shutdown); },
  };
}

} // namespace zzz_jobs::runtime
