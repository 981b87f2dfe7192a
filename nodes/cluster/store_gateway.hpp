#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/nodes/cluster/gatekeeper.hpp>

#include <caf/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace zzz_jobs::node {

/// Lets nodes without a database work through this one's supervisor: the sessions
/// of kind "store" of a gatekeeper. When it ends, so do all visits.
class StoreGateway {
public:
  struct Setting {
    /// How long a guest may be without a link before it counts as gone and what it
    /// holds runs elsewhere.
    std::chrono::milliseconds grace{1000};
    std::size_t guests_max = 1000;
  };

  /// The supervisor and the actor system outlive it; the gatekeeper need not. What
  /// guests run when it ends is interrupted: available at once, no attempt used.
  StoreGateway(caf::actor_system& system, AnySupervisor& supervisor, Setting setting);
  StoreGateway(caf::actor_system& system, AnySupervisor& supervisor);
  ~StoreGateway();
  StoreGateway(const StoreGateway&) = delete;
  StoreGateway& operator=(const StoreGateway&) = delete;

  /// To be added to a gatekeeper as `store_kind`.
  [[nodiscard]] SessionFactory factory() const;
  /// This node is being stopped: nothing more is claimed for guests, those that know
  /// another gateway move there with what they run, and nobody is let in any more.
  void send_off();
  /// Waits until guests run nothing here any more; false: not by then, or `hurry` was
  /// called.
  [[nodiscard]] bool idle_by(std::chrono::steady_clock::time_point deadline) const;
  void hurry();

  /// Guests that are here, those included that have just lost their link.
  [[nodiscard]] std::size_t guests() const;

private:
  struct Lobby;
  std::shared_ptr<Lobby> lobby_;
};

inline constexpr const char* store_kind = "store";

} // namespace zzz_jobs::node
