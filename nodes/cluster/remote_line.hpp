#pragma once

#include <zzz_jobs/config/log.hpp>
#include <zzz_jobs/nodes/cluster/link.hpp>
#include <zzz_jobs/nodes/cluster/store_wire.hpp>
#include <zzz_jobs/stores/store_signal.hpp>

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace zzz_jobs::node {

/// A guest's end of the line to its gateway, over any number of links. Any thread;
/// what asks blocks.
class RemoteLine {
public:
  struct Setting {
    std::shared_ptr<Transport> transport{};
    std::vector<Endpoint> gateways{}; ///< tried in turn
    std::string name{};               ///< this node's, for people
    std::string version{};
    std::chrono::milliseconds connect_timeout{3000}; ///< of each step of connecting
    std::chrono::milliseconds answer_timeout{30'000};
    /// How long a call waits for a link that has just been lost.
    std::chrono::milliseconds patience{2000};
    LogSink log = log_to_stderr;
    /// The gateway is being stopped; on an actor's thread, must return at once.
    std::function<void()> on_leaving{};
  };

  /// Begins to connect. The actor system must outlive it.
  RemoteLine(caf::actor_system& system, Setting setting);
  ~RemoteLine();
  RemoteLine(const RemoteLine&) = delete;
  RemoteLine& operator=(const RemoteLine&) = delete;

  /// Whether a link is there within the time.
  [[nodiscard]] bool is_up_within(std::chrono::milliseconds limit) const;
  /// Why there is none, as far as it is known; for errors.
  [[nodiscard]] std::string trouble() const;

  /// Has it done once, and answers with the result's text. `changes`: whether it
  /// matters if it is done though no answer comes.
  /// @throws Error(unavailable), and nothing happened; Error(in_doubt); whatever the
  /// gateway's store throws.
  std::string ask(StoreVerb verb, std::string body, bool changes);

  /// The same for a hint: nobody waits for it, or hears how it went.
  void tell(StoreVerb verb);

  /// As the gateway's store had it last.
  [[nodiscard]] std::int64_t node_id() const;
  /// The same and how long ago that was; none: never.
  struct Told {
    UnixTime now{};
    std::chrono::steady_clock::duration age{};
  };
  [[nodiscard]] Told told() const;

  /// Whether the gateway has said that it is being stopped, and is still there.
  [[nodiscard]] bool is_left() const;
  /// Where the link is, or was last.
  [[nodiscard]] Endpoint endpoint() const;
  /// Says good-bye: `moved` are the claims that another gateway has adopted, as text.
  /// Nothing may be asked after it. @throws as `ask`.
  void leave(std::string moved);

  /// Calls the handler.
  void signal(StoreSignal signal) const;
  /// When these return, the handler before is called no more.
  void on_signal(StoreSignalHandler handler);
  /// An execution was ended by others; without a handler that is the signal
  /// `lost_claims`.
  void on_cancelled(std::function<void(const Claim&)> handler);

  struct Shared; ///< its inside

private:
  caf::actor_system& system_;
  std::shared_ptr<Shared> shared_;
  caf::actor ear_{};
  caf::actor link_{};
};

} // namespace zzz_jobs::node
