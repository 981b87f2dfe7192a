#include <zzz_jobs/actors/runtime/actor_engine.hpp>

#include <zzz_jobs/actors/runtime/actor_engine_impl.hpp>
#include <zzz_jobs/actors/runtime/keeper.hpp>
#include <zzz_jobs/actors/runtime/waiting_call.hpp>

#include <chrono>
#include <thread>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto record_patience = 1s;

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
  keeper_ = system_.spawn(keeper, KeeperSetup{shared_, store_, pool_, directory_});
  // Nothing is sent to the store actor before it is there.
  while (!directory_->store())
    std::this_thread::yield();
}

ActorEngine::~ActorEngine() {
  caf::scoped_actor self{system_, true};
  self->send(keeper_, EndMsg{});
  self->wait_for(keeper_);
}

void ActorEngine::start() {
  caf::anon_send(keeper_, StartMsg{});
  // A stop that follows must find the queues; cron is the last to come.
  while (!directory_->find("cron"))
    std::this_thread::yield();
}

template <class Message>
void ActorEngine::tell_queues(const Message& message) {
  for (const auto& queue : directory_->queues())
    caf::anon_send(queue, message);
}

bool ActorEngine::stop() {
  const auto& config = shared_->config;
  const auto queues = directory_->queues();
  draining_->begin(queues.size());
  for (const auto& queue : queues)
    caf::anon_send(queue, DrainMsg{[draining = draining_] { draining->arrive(); }});
  const auto now = [] { return std::chrono::steady_clock::now(); };
  if (draining_->wait_until(now() + config.shutdown_timeout, false))
    return true;
  tell_queues(StopAllMsg{StopReason::shutdown});
  if (draining_->wait_until(now() + config.stop_grace, true))
    return true;
  tell_queues(AbandonMsg{});
  // What was handed back is recorded now, if the store is there.
  draining_->wait_until(now() + record_patience, true);
  return false;
}

void ActorEngine::hurry_stop() { draining_->hurry(); }

void Draining::begin(std::size_t queues) {
  const std::lock_guard lock(mutex_);
  left_ = queues;
}

void Draining::arrive() {
  const std::lock_guard lock(mutex_);
  --left_;
  changed_.notify_all();
}

void Draining::hurry() {
  const std::lock_guard lock(mutex_);
  hurried_ = true;
  changed_.notify_all();
}

bool Draining::wait_until(SteadyTime deadline, bool patient) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [&] { return left_ == 0 || (hurried_ && !patient); });
  return left_ == 0;
}

std::vector<Enqueued> ActorEngine::enqueue(std::vector<NewJob> jobs) {
  return wait_for_enqueue(*directory_, std::move(jobs), shared_->config.store_timeout);
}

void ActorEngine::with_store(const std::function<void(AnyStore&)>& work) {
  wait_for_store(*directory_, work, shared_->config.store_timeout);
}

void ActorEngine::look_again() {
  if (const auto store = directory_->store())
    caf::anon_send(store, LookAgainMsg{});
}

void ActorEngine::queue_paused(std::string_view queue, bool paused) {
  if (const auto supervisor = directory_->find("queue " + std::string{queue}))
    caf::anon_send(supervisor, PausedMsg{paused});
  if (!paused)
    look_again();
}

void ActorEngine::cancelled(const Claim& claim) {
  tell_queues(StopJobMsg{claim, StopReason::cancelled});
}

void ActorEngine::crons_changed() {
  if (const auto cron = directory_->find("cron"))
    caf::anon_send(cron, CronsChangedMsg{});
}

bool ActorEngine::set_concurrency(std::string_view queue, std::uint32_t concurrency) {
  const auto supervisor = directory_->find("queue " + std::string{queue});
  if (!supervisor)
    return false;
  caf::anon_send(supervisor, ConcurrencyMsg{concurrency});
  return true;
}

std::uint64_t ActorEngine::attach_telemetry(TelemetryHandler handler) {
  // The number is known to the sink only after it is attached.
  const auto number = std::make_shared<std::atomic<std::uint64_t>>(0);
  const auto waiting = std::make_shared<std::atomic<std::size_t>>(0);
  const auto sink = [=, shared = shared_.get(), directory = directory_](const Events& events) {
    const auto actor = directory->find("telemetry " + std::to_string(*number));
    const auto count = events->size();
    if (!actor || waiting->fetch_add(count) + count > shared->config.telemetry_backlog_max) {
      if (actor)
        waiting->fetch_sub(count);
      shared->counters.events_dropped += count;
      return;
    }
    caf::anon_send(actor, EventsMsg{events});
  };
  *number = shared_->telemetry.attach(sink);
  caf::anon_send(keeper_, AddTelemetryMsg{*number, std::move(handler), waiting});
  // Events from now on are heard: wait for the actor.
  while (!directory_->find("telemetry " + std::to_string(*number)))
    std::this_thread::yield();
  return *number;
}

void ActorEngine::detach_telemetry(std::uint64_t id) {
  shared_->telemetry.detach(id);
  caf::anon_send(keeper_, RemoveTelemetryMsg{id});
}

} // namespace zzz_jobs::runtime
