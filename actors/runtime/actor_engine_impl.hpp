#pragma once

#include <zzz_jobs/actors/runtime/blocking_pool.hpp>
#include <zzz_jobs/actors/runtime/directory.hpp>
#include <zzz_jobs/actors/runtime/engine.hpp>
#include <zzz_jobs/actors/runtime/messages.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>

#include <caf/all.hpp>

#include <memory>

namespace zzz_jobs::runtime {

/// Our own actor system; the configuration must outlive it.
struct OwnSystem {
  explicit OwnSystem(std::uint32_t threads);
  caf::actor_system_config config{};
  std::unique_ptr<caf::actor_system> system{};
};

class ActorEngine final : public Engine {
public:
  ActorEngine(SharedPtr shared, std::shared_ptr<AnyStore> store, caf::actor_system* system);
  ~ActorEngine() override;

  void start() override;
  bool stop() override;
  std::vector<Enqueued> enqueue(std::vector<NewJob> jobs) override;
  void with_store(const std::function<void(AnyStore&)>& work) override;
  void look_again() override;
  void queue_paused(std::string_view queue, bool paused) override;
  void cancelled(const Claim& claim) override;
  void crons_changed() override;
  bool set_concurrency(std::string_view queue, std::uint32_t concurrency) override;
  std::uint64_t attach_telemetry(TelemetryHandler handler) override;
  void detach_telemetry(std::uint64_t id) override;

  /// Who is there now; for tests that kill actors.
  [[nodiscard]] Directory& directory() noexcept { return *directory_; }

private:
  template <class Message>
  void tell_queues(const Message& message);
  bool drain();

  SharedPtr shared_;
  std::unique_ptr<OwnSystem> own_{};
  caf::actor_system& system_;
  std::shared_ptr<BlockingPool> pool_ = std::make_shared<BlockingPool>();
  std::shared_ptr<Directory> directory_ = std::make_shared<Directory>();
  std::shared_ptr<AnyStore> store_;
  caf::actor keeper_{};
};

} // namespace zzz_jobs::runtime
