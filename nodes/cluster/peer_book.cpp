#include <zzz_jobs/nodes/cluster/peer_book.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs::node {

void PeerBook::add(const caf::actor& ear, Channel channel) {
  channels_[ear] = std::move(channel);
}

std::optional<PeerFacts> PeerBook::remove(const caf::actor& ear) {
  const auto found = channels_.find(ear);
  if (found == channels_.end())
    return std::nullopt;
  auto facts = std::move(found->second.facts);
  channels_.erase(found);
  return facts;
}

PeerBook::Channel* PeerBook::find(const caf::actor& ear) {
  const auto found = channels_.find(ear);
  return found == channels_.end() ? nullptr : &found->second;
}

std::vector<PeerBook::Channel> PeerBook::peers() const {
  std::vector<Channel> all;
  std::set<std::int64_t> seen;
  for (const auto& [ear, channel] : channels_)
    if (seen.insert(channel.facts.instance).second)
      all.push_back(channel);
  return all;
}

std::vector<caf::actor> PeerBook::ears() const {
  std::vector<caf::actor> all;
  for (const auto& [ear, channel] : channels_)
    all.push_back(ear);
  return all;
}

bool PeerBook::has(std::int64_t instance) const {
  return std::any_of(channels_.begin(), channels_.end(),
                     [&](const auto& entry) { return entry.second.facts.instance == instance; });
}

std::uint64_t PeerQuestions::begin(HubAsk ask, const std::vector<PeerBook::Channel>& peers) {
  Question question{.ask = std::move(ask)};
  for (const auto& peer : peers)
    question.missing.emplace(peer.facts.instance, peer.facts);
  const auto place = questions_.emplace(++last_, std::move(question)).first;
  if (place->second.missing.empty())
    finish(place);
  return last_;
}

void PeerQuestions::answered(std::uint64_t question, PeerAnswer answer) {
  const auto place = questions_.find(question);
  if (place == questions_.end() || place->second.missing.erase(answer.facts.instance) == 0)
    return;
  place->second.answers.push_back(std::move(answer));
  if (place->second.missing.empty())
    finish(place);
}

void PeerQuestions::gone(std::int64_t instance) {
  for (auto place = questions_.begin(); place != questions_.end();) {
    const auto here = place++;
    here->second.missing.erase(instance);
    if (here->second.missing.empty())
      finish(here);
  }
}

void PeerQuestions::end(std::uint64_t question) {
  if (const auto place = questions_.find(question); place != questions_.end())
    finish(place);
}

void PeerQuestions::finish(Place place) {
  auto& question = place->second;
  for (auto& [instance, facts] : question.missing)
    question.answers.push_back({.facts = std::move(facts), .is_late = true});
  question.ask.answer->set_value(std::move(question.answers));
  questions_.erase(place);
}

} // namespace zzz_jobs::node
