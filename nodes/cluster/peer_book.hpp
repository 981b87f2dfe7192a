#pragma once

#include <zzz_jobs/nodes/cluster/peer_hub.hpp>

#include <caf/actor.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace zzz_jobs::node {

/// Whom the hub can talk to. A peer may be there twice, having called us while we
/// called it: it is told everything once.
class PeerBook {
public:
  struct Channel {
    PeerFacts facts{};
    caf::actor remote{};
  };

  void add(const caf::actor& ear, Channel channel);
  /// Whose it was; none: it was no channel.
  std::optional<PeerFacts> remove(const caf::actor& ear);
  [[nodiscard]] Channel* find(const caf::actor& ear);
  /// One a peer.
  [[nodiscard]] std::vector<Channel> peers() const;
  [[nodiscard]] std::vector<caf::actor> ears() const;
  [[nodiscard]] bool has(std::int64_t instance) const;

private:
  std::map<caf::actor, Channel> channels_{}; ///< by the ear
};

/// Questions under way.
class PeerQuestions {
public:
  /// Gives the question a number and keeps it until all have answered.
  std::uint64_t begin(HubAsk ask, const std::vector<PeerBook::Channel>& peers);
  void answered(std::uint64_t question, PeerAnswer answer);
  /// Nobody answers any more from there.
  void gone(std::int64_t instance);
  /// The time is over.
  void end(std::uint64_t question);

private:
  struct Question {
    HubAsk ask{};
    std::map<std::int64_t, PeerFacts> missing{}; ///< by instance
    std::vector<PeerAnswer> answers{};
  };
  using Place = std::map<std::uint64_t, Question>::iterator;
  void finish(Place place);

  std::map<std::uint64_t, Question> questions_{};
  std::uint64_t last_ = 0;
};

} // namespace zzz_jobs::node
