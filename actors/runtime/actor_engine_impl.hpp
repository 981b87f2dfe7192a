#pragma once

#include <zzz_jobs/actors/runtime/blocking_pool.hpp>
#include <zzz_jobs/actors/runtime/directory.hpp>
#include <zzz_jobs/actors/runtime/engine.hpp>
#include <zzz_jobs/actors/runtime/keeper.hpp>
#include <zzz_jobs/actors/runtime/messages.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>

#include <caf/all.hpp>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace zzz_jobs::runtime {

/// How far a stop has come: the queues that are not drained yet. Any thread.
class Draining {
public:
  void begin(std::set<std::string> queues);
  void arrive(const std::string& queue);
  [[nodiscard]] std::set<std::string> left() const;
  [[nodiscard]] bool hurried() const;
  /// No further wait for handlers that may end by themselves.
  void hurry();
  /// True once all queues have arrived; false at the deadline, or at once when
  /// there is a hurry and `patient` is false.
  bool wait_until(SteadyTime deadline, bool patient);

private:
  mutable std::mutex mutex_{};
  std::condition_variable changed_{};
  std::set<std::string> left_{};
  bool hurried_ = false;
};

/// Our own actor system; the configuration must outlive it.
struct OwnSystem {
  explicit OwnSystem(std::uint32_t threads);
  caf::actor_system_config config{};
  std::unique_ptr<caf::actor_system> system{};
};

class ActorEngine final : public Engine {
public:
  ActorEngine(SharedPtr shared, std::shared_ptr<AnyStore> store, caf::actor_system* system);

  void start() override;
  bool stop() override;
  void end() override;
  void hurry_stop() override;
  std::vector<Enqueued> enqueue(std::vector<NewJob> jobs) override;
  void with_store(const std::function<void(AnyStore&)>& work) override;
  std::shared_ptr<Guest> admit_guest(std::string name, GuestListener listener) override;
  void look_again() override;
  void queue_paused(std::string_view queue, bool paused) override;
  void cancelled(const Claim& claim) override;
  void crons_changed() override;
  [[nodiscard]] std::vector<QueueStatus> queues() const override;
  void compare_claims() override;
  bool set_concurrency(std::string_view queue, std::uint32_t concurrency) override;
  bool set_poll_interval(std::string_view queue, std::chrono::milliseconds interval) override;
  bool run_queue(const QueueConfig& queue) override;
  bool drop_queue(std::string_view queue) override;
  std::uint64_t attach_telemetry(TelemetryHandler handler) override;
  void detach_telemetry(std::uint64_t id) override;

  /// Who is there now; for tests that kill actors.
  [[nodiscard]] Directory& directory() noexcept { return *directory_; }

private:
  template <class Message>
  void tell_queue(std::string_view queue, const Message& message);
  template <class Message>
  void tell_queues(const Message& message);
  void wait_for_actor(const std::string& name);
  bool drained_until(SteadyTime deadline, bool patient);

  SharedPtr shared_;
  std::unique_ptr<OwnSystem> own_{};
  caf::actor_system& system_;
  std::shared_ptr<BlockingPool> pool_ = std::make_shared<BlockingPool>();
  std::shared_ptr<Directory> directory_ = std::make_shared<Directory>();
  std::shared_ptr<AnyStore> store_;
  std::shared_ptr<QueueTable> queues_ = std::make_shared<QueueTable>();
  caf::actor keeper_{};
  std::mutex inboxes_mutex_{};
  std::map<std::uint64_t, std::shared_ptr<TelemetryInbox>> inboxes_{}; ///< by handler
  std::shared_ptr<Draining> draining_ = std::make_shared<Draining>();
};

} // namespace zzz_jobs::runtime
