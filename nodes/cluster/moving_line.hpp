#pragma once

#include <zzz_jobs/nodes/cluster/remote_line.hpp>

#include <caf/fwd.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace zzz_jobs::node {

/// A guest's line to whichever of its gateways serves it: as RemoteLine, but when a
/// gateway is being stopped, it moves to the next one that takes it, and what the
/// guest runs moves along. Any thread.
///
/// on a line -> its gateway leaves -> looking for another -> there is one: calls wait,
/// those under way end -> the old gateway lets go, the new one adopts -> on the new
/// line. A link that is lost meanwhile is a failover as any other.
class MovingLine {
public:
  /// Begins to connect. The actor system must outlive it.
  MovingLine(caf::actor_system& system, RemoteLine::Setting setting);
  ~MovingLine();
  MovingLine(const MovingLine&) = delete;
  MovingLine& operator=(const MovingLine&) = delete;

  // See RemoteLine.
  [[nodiscard]] bool is_up_within(std::chrono::milliseconds limit) const;
  [[nodiscard]] std::string trouble() const;
  std::string ask(StoreVerb verb, std::string body, bool changes);
  void tell(StoreVerb verb);
  [[nodiscard]] std::int64_t node_id() const;
  [[nodiscard]] RemoteLine::Told told() const;
  void on_signal(StoreSignalHandler handler);
  void on_cancelled(std::function<void(const Claim&)> handler);

private:
  using LinePtr = std::shared_ptr<RemoteLine>;

  [[nodiscard]] LinePtr line() const;
  [[nodiscard]] LinePtr open_line(std::vector<Endpoint> gateways);
  [[nodiscard]] LinePtr find_next(const RemoteLine& old);
  void gateway_leaves();
  void move_while_left();
  void move(const LinePtr& old, const LinePtr& next);
  [[nodiscard]] std::string hand_over(RemoteLine& old, RemoteLine& next) const;
  void change_to(const LinePtr& next);

  caf::actor_system& system_;
  const RemoteLine::Setting setting_;
  mutable std::mutex mutex_{}; ///< for what follows
  std::condition_variable changed_{};
  LinePtr line_{};
  std::size_t asking_ = 0; ///< calls under way
  bool is_moving_ = false; ///< calls wait
  bool is_ending_ = false;
  bool has_mover_ = false; ///< its thread is at work
  StoreSignalHandler signal_handler_{};
  std::function<void(const Claim&)> cancelled_handler_{};
  std::thread mover_{};
};

} // namespace zzz_jobs::node
