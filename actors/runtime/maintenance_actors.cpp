#include <zzz_jobs/actors/runtime/maintenance_actors.hpp>

#include <zzz_jobs/actors/runtime/outage.hpp>
#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>
#include <zzz_jobs/actors/runtime/rescued.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

constexpr std::uint32_t prune_page = 1000;

/// An outage is told by the turns; what fails otherwise would fail unseen.
void tell_failed(const Shared& shared, std::string_view what, const std::exception_ptr& error) {
  if (error && !is_outage(error))
    shared.log(LogLevel::error,
               "maintenance_failed what=" + std::string{what} + " error=\"" + text_of(error)
                 + "\" action=\"tried again\"");
}

void ask(const MaintenanceSetup& setup, StoreCall::Work work, StoreCall::Done done) {
  if (const auto store = setup.directory->store())
    caf::anon_send(store,
                   StoreCallMsg{std::make_shared<StoreCall>(std::move(work), std::move(done))});
}

void rescue(AnyStore& store, Shared& shared) {
  auto rescued = rescue_dead_owners(store);
  const auto dead_owners = rescued.events.size();
  const auto discarded = rescued.discarded;
  tell(std::move(rescued), shared); // also where what follows fails
  const auto by_age = store.rescue_stuck(shared.config.rescue_after);
  shared.counters.rescued += by_age;
  if (dead_owners > 0 || by_age > 0)
    shared.log(LogLevel::warning,
               "jobs_rescued dead_owners=" + std::to_string(dead_owners)
                 + " discarded=" + std::to_string(discarded) + " by_age=" + std::to_string(by_age));
}

} // namespace

caf::behavior rescuer(caf::stateful_actor<RescuerState>* self, MaintenanceSetup setup) {
  quiet_defaults(self);
  const auto look = [setup] {
    ask(
      setup, [shared = setup.shared](AnyStore& store) { rescue(store, *shared); },
      [setup](const std::exception_ptr& error) {
        tell_failed(*setup.shared, "rescue", error);
        if (const auto store = setup.directory->store())
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
      [shared = setup.shared, me = caf::actor_cast<caf::actor>(self),
       deleted](const std::exception_ptr& error) {
        tell_failed(*shared, "prune", error);
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
