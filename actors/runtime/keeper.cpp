#include <zzz_jobs/actors/runtime/keeper.hpp>

#include <zzz_jobs/actors/runtime/cron_scheduler.hpp>
#include <zzz_jobs/actors/runtime/maintenance_actors.hpp>
#include <zzz_jobs/actors/runtime/queue_supervisor.hpp>
#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>
#include <zzz_jobs/actors/runtime/store_actor.hpp>
#include <zzz_jobs/actors/runtime/telemetry_actor.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds restart_pause_max = 1s;
/// Who lived so long starts again without a pause.
constexpr auto long_life = 10s;
constexpr auto store_name = "store";

std::string queue_name(const std::string& queue) {
  return "queue " + queue;
}

std::string telemetry_name(std::uint64_t id) {
  return "telemetry " + std::to_string(id);
}

milliseconds restart_pause(std::uint32_t restarts) {
  if (restarts == 0)
    return 0ms;
  return std::min<milliseconds>(restart_pause_max, 10ms * (1U << std::min(restarts, 10U)));
}

} // namespace

caf::behavior keeper(caf::stateful_actor<KeeperState>* self, KeeperSetup setup) {
  quiet_defaults(self);
  return self->state.start(self, std::move(setup));
}

caf::behavior KeeperState::start(caf::stateful_actor<KeeperState>* self, KeeperSetup setup) {
  self_ = self;
  setup_ = std::move(setup);
  self_->set_down_handler([this](caf::down_msg& down) { child_ended(down); });
  add(store_name, [this] {
    return self_->spawn<caf::monitored + caf::detached>(store_actor,
                                                        StoreSetup{setup_.store, setup_.shared});
  });
  return {
    [this](StartMsg&) { start_all(); },
    [this](QueueAddedMsg&) { start_queues(); },
    [this](DropQueueMsg& message) { drain(message.queue); },
    [this](QueueDrainedMsg& message) { drained(message.queue); },
    [this](look_atom, const std::string& child) {
      if (!ending_)
        spawn(child);
    },
    [this](AddTelemetryMsg& message) { add_telemetry(message); },
    [this](RemoveTelemetryMsg& message) { dismiss(telemetry_name(message.id)); },
    [this](StopMaintenanceMsg&) {
      for (const auto* child : {"cron", "rescuer", "pruner"})
        dismiss(child);
    },
    [this](EndMsg&) { end(); },
    [this](turn_atom) { kill_rest(); },
  };
}

void KeeperState::add(const std::string& child, std::function<caf::actor()> how) {
  if (ending_)
    return;
  children_[child] = Child{.spawn = std::move(how)};
  spawn(child);
}

void KeeperState::add_telemetry(const AddTelemetryMsg& message) {
  add(telemetry_name(message.id), [this, message] {
    const auto waiting = std::make_shared<std::atomic<std::size_t>>(0);
    auto actor = self_->spawn<caf::monitored>(
      telemetry_actor,
      TelemetrySetup{message.handler, setup_.shared, setup_.pool, message.inbox, waiting});
    message.inbox->serve(actor, waiting);
    return actor;
  });
}

/// Ends a child for good; it stays known until it is down.
void KeeperState::dismiss(const std::string& name_of_child) {
  const auto found = children_.find(name_of_child);
  if (found == children_.end())
    return;
  setup_.directory->remove(name_of_child);
  if (!found->second.actor) {
    children_.erase(found);
    return;
  }
  found->second.dismissed = true;
  self_->send(found->second.actor, QuitMsg{});
}

void KeeperState::spawn(const std::string& name_of_child) {
  const auto found = children_.find(name_of_child);
  if (found == children_.end() || found->second.actor)
    return;
  auto& child = found->second;
  try {
    child.actor = child.spawn();
  } catch (const std::exception& error) { // no thread to be had, perhaps
    setup_.shared->log(LogLevel::error,
                       "actor_not_started name=\"" + name_of_child + "\" error=\"" + error.what()
                         + "\" action=\"tried again\"");
    ++child.restarts;
    self_->delayed_send(self_, restart_pause_max, look_atom::value, name_of_child);
    return;
  }
  child.since = std::chrono::steady_clock::now();
  setup_.directory->set(name_of_child, child.actor);
  if (name_of_child == store_name)
    for (const auto& queue : setup_.directory->queues())
      self_->send(queue, StoreActorMsg{child.actor});
}

void KeeperState::start_all() {
  started_ = true;
  start_queues();
  const MaintenanceSetup maintenance{setup_.shared, setup_.directory};
  add("rescuer", [=, this] { return self_->spawn<caf::monitored>(rescuer, maintenance); });
  add("pruner", [=, this] { return self_->spawn<caf::monitored>(pruner, maintenance); });
  add("cron", [=, this] { return self_->spawn<caf::monitored>(cron_scheduler, maintenance); });
}

/// Those of the table that have no actor. One whose predecessor of the same name has
/// not ended yet is started when it has.
void KeeperState::start_queues() {
  if (!started_)
    return;
  for (const auto& [queue, gauge] : setup_.queues->all()) {
    if (children_.contains(queue_name(queue)))
      continue;
    QueueSetup made{.queue = queue,
                    .gauge = gauge,
                    .shared = setup_.shared,
                    .pool = setup_.pool,
                    .directory = setup_.directory};
    add(queue_name(queue), [this, made]() mutable {
      made.store = setup_.directory->store();
      auto actor = self_->spawn<caf::monitored>(queue_supervisor, made);
      if (made.gauge->leaving)
        self_->send(self_, DropQueueMsg{made.queue});
      return actor;
    });
  }
}

/// Once more to each actor that takes the place of one that ended meanwhile.
void KeeperState::drain(const std::string& queue) {
  const auto found = children_.find(queue_name(queue));
  if (found == children_.end())
    return drained(queue);
  if (found->second.actor)
    self_->send(found->second.actor, DrainMsg{[keeper = caf::actor_cast<caf::actor>(self_), queue] {
                  caf::anon_send(keeper, QueueDrainedMsg{queue});
                }});
}

void KeeperState::drained(const std::string& queue) {
  const auto gauge = setup_.queues->find(queue);
  if (!gauge || !gauge->leaving)
    return;
  dismiss(queue_name(queue)); // first: a stop that misses it looks in the table
  setup_.queues->remove(queue);
}

void KeeperState::child_ended(const caf::down_msg& down) {
  const auto found = std::find_if(children_.begin(), children_.end(), [&](const auto& entry) {
    return entry.second.actor && entry.second.actor.address() == down.source;
  });
  if (found == children_.end())
    return;
  auto& [child_name, child] = *found;
  child.actor = nullptr;
  if (ending_ || child.dismissed) {
    children_.erase(found);
    if (ending_)
      end_next();
    else
      start_queues();
    return;
  }
  setup_.directory->remove(child_name);
  if (std::chrono::steady_clock::now() - child.since > long_life)
    child.restarts = 0;
  const auto pause = restart_pause(child.restarts++);
  setup_.shared->counters.actors_replaced.fetch_add(1, std::memory_order_relaxed);
  setup_.shared->log(LogLevel::warning,
                     "actor_replaced name=\"" + child_name + "\" reason=\""
                       + self_->system().render(down.reason) + "\"");
  if (pause == 0ms)
    spawn(child_name);
  else
    self_->delayed_send(self_, pause, look_atom::value, child_name);
}

/// In the order in which they need each other, the store actor last.
void KeeperState::end() {
  ending_ = true;
  setup_.directory->close();
  std::erase_if(children_, [](const auto& entry) { return !entry.second.actor; });
  for (const auto& [child_name, child] : children_)
    if (child_name != store_name)
      self_->send(child.actor, QuitMsg{});
  self_->delayed_send(self_, setup_.shared->config.stop_grace, turn_atom::value);
  if (children_.size() <= 1)
    end_next();
}

void KeeperState::end_next() {
  if (children_.empty()) {
    self_->quit(caf::exit_reason::user_shutdown);
    return;
  }
  if (children_.size() == 1 && children_.begin()->first == store_name)
    self_->send(children_.begin()->second.actor, QuitMsg{});
}

/// Who did not quit by now waits for somebody else's handler.
void KeeperState::kill_rest() {
  for (const auto& [child_name, child] : children_)
    if (child_name != store_name)
      self_->send_exit(child.actor, caf::exit_reason::kill);
}

} // namespace zzz_jobs::runtime
