#include <zzz_jobs/actors/runtime/actor_engine.hpp>

#include <zzz_jobs/actors/runtime/actor_engine_impl.hpp>
#include <zzz_jobs/actors/runtime/actor_guest.hpp>
#include <zzz_jobs/actors/runtime/keeper.hpp>
#include <zzz_jobs/actors/runtime/waiting_call.hpp>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto record_patience = 1s;
constexpr auto start_patience = 10s;
constexpr auto ask_again = 100ms;

/// A call that waited in vain is told why, where that is known.
template <class Call>
auto with_reason(const Shared& shared, const Call& call) {
  try {
    return call();
  } catch (const NoAnswer& error) {
    const auto trouble = shared.trouble.now();
    if (!trouble)
      throw;
    throw NoAnswer(std::string{error.what()} + "; its turns fail since "
                   + std::to_string(trouble->since.count()) + " s: " + trouble->error);
  }
}

/// What the store tells by itself, to those whom it concerns.
void pass_on(const Directory& directory, const Shared& shared, StoreSignal signal) {
  switch (signal) {
    case StoreSignal::jobs:
      shared.notices.tell({.kind = Notice::Kind::jobs, .own = false});
      if (const auto store = directory.store())
        caf::anon_send(store, LookAgainMsg{});
      return;
    case StoreSignal::back:
      if (const auto store = directory.store())
        caf::anon_send(store, StoreBackMsg{});
      return;
    case StoreSignal::dead_owner:
      if (const auto rescuer = directory.find("rescuer"))
        caf::anon_send(rescuer, RescueNowMsg{});
      return;
    case StoreSignal::lost_claims:
      shared.notices.tell({.kind = Notice::Kind::cancelled, .own = false});
      for (const auto& queue : directory.queues())
        caf::anon_send(queue, CompareClaimsMsg{});
      shared.guests.signal(StoreSignal::lost_claims);
      return;
  }
}

} // namespace

std::unique_ptr<Engine> make_actor_engine(SharedPtr shared, std::shared_ptr<AnyStore> store,
                                          caf::actor_system* system) {
  return std::make_unique<ActorEngine>(std::move(shared), std::move(store), system);
}

OwnSystem::OwnSystem(std::uint32_t threads) {
  // Sharing wakes a thread at once and is quiet when idle; stealing polls.
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", threads);
  system = std::make_unique<caf::actor_system>(config);
}

ActorEngine::ActorEngine(SharedPtr shared, std::shared_ptr<AnyStore> store,
                         caf::actor_system* system)
  : shared_(std::move(shared)),
    own_(system == nullptr ? std::make_unique<OwnSystem>(shared_->config.scheduler_threads)
                           : nullptr),
    system_(system == nullptr ? *own_->system : *system), store_(std::move(store)) {
  for (const auto& queue : shared_->config.queues)
    (void)run_queue(queue);
  keeper_ = system_.spawn(keeper, KeeperSetup{shared_, store_, pool_, directory_, queues_});
  try {
    wait_for_actor("store");
  } catch (...) {
    end();
    throw;
  }
  store_->on_signal([directory = directory_, shared = shared_](StoreSignal signal) {
    pass_on(*directory, *shared, signal);
  });
}

/// Nothing is sent to an actor before it is there.
void ActorEngine::wait_for_actor(const std::string& name) {
  const auto deadline = std::chrono::steady_clock::now() + start_patience;
  while (!directory_->find(name)) {
    if (std::chrono::steady_clock::now() > deadline)
      throw Error(errc::unavailable,
                  "supervisor: its actor \"" + name
                    + "\" was not started within 10 s; the log says why");
    std::this_thread::sleep_for(20us);
  }
}

void ActorEngine::end() {
  store_->on_signal({});
  caf::scoped_actor self{system_, true};
  self->send(keeper_, EndMsg{});
  self->wait_for(keeper_);
}

void ActorEngine::start() {
  caf::anon_send(keeper_, StartMsg{});
  // A stop that follows must find the queues; cron is the last to come.
  wait_for_actor("cron");
}

template <class Message>
void ActorEngine::tell_queue(std::string_view queue, const Message& message) {
  if (const auto supervisor = directory_->find("queue " + std::string{queue}))
    caf::anon_send(supervisor, message);
}

template <class Message>
void ActorEngine::tell_queues(const Message& message) {
  for (const auto& queue : directory_->queues())
    caf::anon_send(queue, message);
}

bool ActorEngine::stop() {
  const auto& config = shared_->config;
  shared_->draining = true;
  caf::anon_send(keeper_, StopMaintenanceMsg{});
  if (directory_->queues().empty())
    return true; // never started
  std::set<std::string> names;
  for (const auto& [name, gauge] : queues_->all())
    names.insert(name);
  draining_->begin(std::move(names));
  const auto now = [] { return std::chrono::steady_clock::now(); };
  if (drained_until(now() + config.shutdown_timeout, false))
    return true;
  tell_queues(StopAllMsg{StopReason::shutdown});
  if (drained_until(now() + config.stop_grace, true))
    return true;
  tell_queues(AbandonMsg{});
  // What was handed back is recorded now, if the store is there.
  drained_until(now() + record_patience, true);
  return false;
}

/// Asks again and again: a queue supervisor may be replaced meanwhile.
bool ActorEngine::drained_until(SteadyTime deadline, bool patient) {
  for (;;) {
    for (const auto& queue : draining_->left())
      if (queues_->find(queue))
        tell_queue(queue, DrainMsg{[draining = draining_, queue] { draining->arrive(queue); }});
      else // it was dropped, and nothing of it runs any more
        draining_->arrive(queue);
    const auto until = std::min(deadline, std::chrono::steady_clock::now() + ask_again);
    if (draining_->wait_until(until, patient))
      return true;
    if (draining_->hurried() && !patient)
      return false;
    if (until == deadline)
      return false;
  }
}

void ActorEngine::hurry_stop() {
  draining_->hurry();
}

void Draining::begin(std::set<std::string> queues) {
  const std::lock_guard lock(mutex_);
  left_ = std::move(queues);
}

void Draining::arrive(const std::string& queue) {
  const std::lock_guard lock(mutex_);
  left_.erase(queue);
  changed_.notify_all();
}

std::set<std::string> Draining::left() const {
  const std::lock_guard lock(mutex_);
  return left_;
}

bool Draining::hurried() const {
  const std::lock_guard lock(mutex_);
  return hurried_;
}

void Draining::hurry() {
  const std::lock_guard lock(mutex_);
  hurried_ = true;
  changed_.notify_all();
}

bool Draining::wait_until(SteadyTime deadline, bool patient) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [&] { return left_.empty() || (hurried_ && !patient); });
  return left_.empty();
}

std::vector<Enqueued> ActorEngine::enqueue(std::vector<NewJob> jobs) {
  return with_reason(*shared_, [&] {
    return wait_for_enqueue(*directory_, std::move(jobs), shared_->config.store_timeout);
  });
}

void ActorEngine::with_store(const std::function<void(AnyStore&)>& work) {
  with_reason(*shared_, [&] { wait_for_store(*directory_, work, shared_->config.store_timeout); });
}

std::shared_ptr<Guest> ActorEngine::admit_guest(std::string name, GuestListener listener) {
  return std::make_shared<ActorGuest>(shared_, directory_, std::move(name), std::move(listener));
}

void ActorEngine::look_again() {
  store_->look_again();
  if (const auto store = directory_->store())
    caf::anon_send(store, LookAgainMsg{});
}

void ActorEngine::queue_paused(std::string_view queue, bool paused) {
  if (!paused)
    return look_again();
  tell_queue(queue, PausedMsg{});
}

void ActorEngine::cancelled(const Claim& claim) {
  tell_queues(StopJobMsg{claim, StopReason::cancelled});
  shared_->guests.cancelled(claim);
}

void ActorEngine::crons_changed() {
  if (const auto cron = directory_->find("cron"))
    caf::anon_send(cron, CronsChangedMsg{});
}

std::vector<QueueStatus> ActorEngine::queues() const {
  std::vector<QueueStatus> all;
  for (const auto& [name, gauge] : queues_->all())
    all.push_back({name, gauge->concurrency, gauge->running, gauge->leaving});
  return all;
}

void ActorEngine::compare_claims() {
  tell_queues(CompareClaimsMsg{});
  shared_->guests.signal(StoreSignal::lost_claims);
}

bool ActorEngine::set_concurrency(std::string_view queue, std::uint32_t concurrency) {
  const auto known = queues_->find(queue);
  if (!known)
    return false;
  known->concurrency = concurrency;
  tell_queue(queue, ConcurrencyMsg{concurrency});
  return true;
}

bool ActorEngine::set_poll_interval(std::string_view queue, std::chrono::milliseconds interval) {
  const auto known = queues_->find(queue);
  if (!known)
    return false;
  known->poll_interval = interval;
  tell_queue(queue, PollIntervalMsg{});
  return true;
}

bool ActorEngine::run_queue(const QueueConfig& queue) {
  if (!queues_->add(queue.name, std::make_shared<QueueGauge>(queue, shared_->config.poll_interval)))
    return false;
  if (keeper_)
    caf::anon_send(keeper_, QueueAddedMsg{});
  return true;
}

bool ActorEngine::drop_queue(std::string_view queue) {
  const auto known = queues_->find(queue);
  if (!known)
    return false;
  known->leaving = true;
  caf::anon_send(keeper_, DropQueueMsg{std::string{queue}});
  return true;
}

std::uint64_t ActorEngine::attach_telemetry(TelemetryHandler handler) {
  const auto inbox = std::make_shared<TelemetryInbox>();
  const auto sink = [inbox, shared = shared_.get()](const Events& events) {
    const auto [actor, waiting] = inbox->served();
    const auto count = events->size();
    if (!actor) {
      shared->counters.events_dropped += count;
      return;
    }
    // One batch is taken however large it is, if nothing else waits.
    const auto before = waiting->fetch_add(count);
    if (before > 0 && before + count > shared->config.telemetry_backlog_max) {
      waiting->fetch_sub(count);
      shared->counters.events_dropped += count;
      return;
    }
    caf::anon_send(actor, EventsMsg{events});
  };
  const auto id = shared_->telemetry.attach(sink);
  {
    const std::lock_guard lock(inboxes_mutex_);
    inboxes_[id] = inbox;
  }
  caf::anon_send(keeper_, AddTelemetryMsg{id, std::move(handler), inbox});
  wait_for_actor("telemetry " + std::to_string(id)); // events from now on are heard
  return id;
}

void ActorEngine::detach_telemetry(std::uint64_t id) {
  shared_->telemetry.detach(id);
  std::shared_ptr<TelemetryInbox> inbox;
  {
    const std::lock_guard lock(inboxes_mutex_);
    if (auto found = inboxes_.extract(id))
      inbox = std::move(found.mapped());
  }
  caf::anon_send(keeper_, RemoveTelemetryMsg{id});
  if (inbox)
    inbox->detach();
}

} // namespace zzz_jobs::runtime
