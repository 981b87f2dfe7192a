#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/nodes/cluster/gatekeeper.hpp>
#include <zzz_jobs/nodes/cluster/peer_words.hpp>
#include <zzz_jobs/stores/node_record.hpp>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace zzz_jobs::node {

/// What this node says of itself; changes while it runs. Any thread.
class OwnFacts {
public:
  explicit OwnFacts(PeerFacts facts) : facts_(std::move(facts)) {}
  [[nodiscard]] PeerFacts get() const {
    const std::lock_guard lock{mutex_};
    return facts_;
  }
  template <class Change>
  void change(Change&& change) {
    const std::lock_guard lock{mutex_};
    change(facts_);
  }

private:
  mutable std::mutex mutex_{};
  PeerFacts facts_;
};

struct HubSetting {
  AnySupervisor* supervisor = nullptr; ///< outlives the hub
  std::shared_ptr<Transport> transport{};
  std::shared_ptr<OwnFacts> own{};
  std::vector<Endpoint> fixed{}; ///< nodes to be linked with always: a guest's gateways
  std::function<void()> stop{};  ///< another node asks this one to drain and end
  LogSink log = log_nothing;
};

/// What one linked peer answers to a question.
struct PeerAnswer {
  PeerFacts facts{};
  std::uint32_t number = 0;
  std::vector<PeerQueue> queues{}; ///< of the question "load"
  bool is_late = false;            ///< it has not answered in time
};

// --- to the hub, from this process ---------------------------------------------------

/// Somebody came in through the gatekeeper.
struct PeerIn {
  PeerFacts facts{};
  caf::actor remote{};
  caf::actor ear{};
};
/// The nodes that share the store.
struct HubRows {
  std::vector<NodeRecord> rows{};
};
/// Something happened here.
struct HubNotice {
  Notice notice{};
};
/// A question to all linked peers; answered within the time, whoever is silent.
struct HubAsk {
  PeerWord word{};
  std::chrono::milliseconds limit{1000};
  std::shared_ptr<std::promise<std::vector<PeerAnswer>>> answer{};
};
/// To the linked peer of this id; whether there is one.
struct HubTell {
  std::int64_t id = 0;
  PeerWord word{};
  std::shared_ptr<std::promise<bool>> answer{};
};
struct HubEnd {};

/// The actor that knows the peers: keeps a link to each that the store names and
/// that is to be called by us, hears those that came in, passes notices on.
caf::actor spawn_peer_hub(caf::actor_system& system, HubSetting setting);

/// Sessions of the kind "peer" for the gatekeeper. @throws Error to refuse a node.
[[nodiscard]] SessionFactory peer_sessions(caf::actor_system& system, caf::actor hub,
                                           std::shared_ptr<OwnFacts> own);

/// Whether `self` calls `other` or waits to be called: the younger one calls, so that
/// two never do at once; where only one can be called, the other does.
[[nodiscard]] bool calls(const PeerFacts& self, const NodeRecord& other);

} // namespace zzz_jobs::node

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::PeerIn)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::HubRows)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::HubNotice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::HubAsk)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::HubTell)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::HubEnd)
