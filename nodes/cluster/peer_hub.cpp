#include <zzz_jobs/nodes/cluster/peer_hub.hpp>

#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>
#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/cluster/link.hpp>
#include <zzz_jobs/nodes/cluster/notice_pace.hpp>
#include <zzz_jobs/nodes/cluster/peer_book.hpp>
#include <zzz_jobs/nodes/cluster/peer_ear.hpp>

#include <caf/all.hpp>

#include <map>
#include <set>
#include <utility>

namespace zzz_jobs::node {
namespace {

using pace_atom = caf::atom_constant<caf::atom("pace")>;
using late_atom = caf::atom_constant<caf::atom("late")>;
using Clock = std::chrono::steady_clock;

Notice notice_of(const PeerWord& word, Notice::Kind kind) {
  return {.kind = kind, .queue = word.queue, .claim = {word.job, word.attempt}};
}

std::optional<Notice> notice_of(const PeerWord& word) {
  using Kind = Notice::Kind;
  static const std::map<std::string, Kind> kinds{{"jobs", Kind::jobs},
                                                 {"cancelled", Kind::cancelled},
                                                 {"paused", Kind::paused},
                                                 {"resumed", Kind::resumed}};
  const auto known = kinds.find(word.kind);
  return known == kinds.end() ? std::nullopt : std::optional{notice_of(word, known->second)};
}

PeerWord word_of(const Notice& notice) {
  using Kind = Notice::Kind;
  const auto kind = [&] {
    switch (notice.kind) {
      case Kind::cancelled: return "cancelled";
      case Kind::paused: return "paused";
      case Kind::resumed: return "resumed";
      case Kind::jobs: break;
    }
    return "jobs";
  }();
  return {.kind = kind,
          .queue = notice.queue,
          .job = notice.claim.job_id,
          .attempt = notice.claim.attempt};
}

std::string described(const PeerFacts& facts) {
  return "name=\"" + facts.name + "\" node=" + std::to_string(facts.id);
}

/// One link that we keep.
struct Call {
  caf::actor link{};
  caf::actor ear{};
  std::int64_t id = 0; ///< in the store; 0: a fixed one
  std::string address{};
  std::string last_reason{}; ///< told already
};

struct HubState {
  static inline const char* name = "zzz_jobs.peer_hub";
  HubSetting setting{};
  PeerBook book{};
  PeerQuestions questions{};
  NoticePace pace{};
  bool is_pace_set = false;
  std::map<std::uint64_t, Call> calls{}; ///< by the key of the link
  std::uint64_t last_call = 0;
};

class Hub {
public:
  using Self = caf::stateful_actor<HubState>;
  explicit Hub(Self* self) : self_(self), state_(self->state) {}

  caf::behavior run(HubSetting setting) {
    runtime::quiet_defaults(self_);
    // Peers know ears only; were one to guess our id, it could not end us either.
    self_->set_exit_handler([](caf::exit_msg&) {});
    state_.setting = std::move(setting);
    for (const auto& endpoint : state_.setting.fixed)
      call(0, endpoint);
    auto* self = self_;
    return {
      [self](const PeerIn& peer) { Hub{self}.came_in(peer); },
      [self](const PeerSays& said) { Hub{self}.hear(said); },
      [self](const PeerGone& gone) { Hub{self}.lost(gone.ear, "it is gone"); },
      [self](const LinkUp& up) { Hub{self}.linked(up); },
      [self](const LinkDown& down) { Hub{self}.unlinked(down); },
      [self](const HubRows& rows) { Hub{self}.learn(rows.rows); },
      [self](const HubNotice& notice) { Hub{self}.tell_paced(notice.notice); },
      [self](const HubAsk& ask) { Hub{self}.ask(ask); },
      [self](const HubTell& tell) { Hub{self}.tell_one(tell); },
      [self](pace_atom) { Hub{self}.tell_held_back(); },
      [self](late_atom, std::uint64_t question) { self->state.questions.end(question); },
      [self](HubEnd) { Hub{self}.end(); },
    };
  }

private:
  [[nodiscard]] std::int64_t own_instance() const { return state_.setting.own->get().instance; }
  void log(LogLevel level, const std::string& line) const { state_.setting.log(level, line); }

  // --- who is there -------------------------------------------------------------------

  void call(std::int64_t id, const Endpoint& endpoint) {
    const auto key = ++state_.last_call;
    auto& system = self_->system();
    const auto own = state_.setting.own->get();
    auto ear = spawn_link_ear(system, self_);
    auto link = spawn_link(system,
                           {.key = key,
                            .transport = state_.setting.transport,
                            .to = {endpoint},
                            .hello = {.kind = "peer",
                                      .node_id = own.id,
                                      .name = own.name,
                                      .version = own.version,
                                      .details = to_wire(own)},
                            .client = ear,
                            .owner = self_});
    state_.calls.emplace(key, Call{std::move(link), std::move(ear), id, to_string(endpoint)});
  }

  void hang_up(Call& call) {
    self_->send(call.link, LinkEnd{});
    lost(call.ear, "it has left the cluster");
    self_->send_exit(call.ear, caf::exit_reason::user_shutdown);
  }

  void learn(const std::vector<NodeRecord>& rows) {
    const auto own = state_.setting.own->get();
    std::map<std::int64_t, std::string> wanted;
    for (const auto& row : rows)
      if (calls(own, row))
        wanted.emplace(row.id, row.is.address);
    for (auto place = state_.calls.begin(); place != state_.calls.end();) {
      const auto here = place++;
      const auto& call = here->second;
      const auto row = wanted.find(call.id);
      if (call.id == 0)
        continue;
      if (row != wanted.end() && row->second == call.address) {
        wanted.erase(row); // is called already
        continue;
      }
      hang_up(here->second);
      state_.calls.erase(here);
    }
    for (const auto& [id, address] : wanted)
      try {
        call(id, parse_endpoint("the address of node " + std::to_string(id), address));
      } catch (const Error& error) {
        log(LogLevel::warning, std::string{"peer_without_address error=\""} + error.what() + "\"");
      }
  }

  void came_in(const PeerIn& peer) {
    state_.book.add(peer.ear, {peer.facts, peer.remote});
    log(LogLevel::info, "peer_up " + described(peer.facts));
    look_after_silence();
  }

  void linked(const LinkUp& up) {
    const auto known = state_.calls.find(up.key);
    if (known == state_.calls.end())
      return;
    try {
      auto facts = from_wire<PeerFacts>(up.greeting);
      known->second.last_reason.clear();
      log(LogLevel::info, "peer_up " + described(facts) + " address=" + to_string(up.endpoint));
      state_.book.add(known->second.ear, {std::move(facts), up.session});
      look_after_silence();
    } catch (const Error&) { // no node of ours would greet like this
      self_->send(known->second.link, LinkRestart{});
    }
  }

  void unlinked(const LinkDown& down) {
    const auto known = state_.calls.find(down.key);
    if (known == state_.calls.end())
      return;
    if (down.was_up)
      lost(known->second.ear, down.reason);
    else if (known->second.last_reason != down.reason)
      log(LogLevel::warning,
          "peer_unreachable address=" + to_string(down.endpoint) + " error=\"" + down.reason
            + "\"");
    known->second.last_reason = down.reason;
  }

  void lost(const caf::actor& ear, const std::string& reason) {
    const auto facts = state_.book.remove(ear);
    if (!facts)
      return;
    if (!state_.book.has(facts->instance))
      state_.questions.gone(facts->instance);
    log(LogLevel::info, "peer_down " + described(*facts) + " reason=\"" + reason + "\"");
  }

  /// Nobody could tell us what happened while there was no link.
  void look_after_silence() {
    state_.setting.supervisor->notice({.kind = Notice::Kind::jobs});
    state_.setting.supervisor->notice({.kind = Notice::Kind::cancelled});
  }

  // --- what is said ---------------------------------------------------------------------

  void say(const caf::actor& remote, const PeerWord& word) {
    self_->send(remote, say_atom::value, to_wire(word));
  }

  void tell_paced(const Notice& notice) {
    const auto now = Clock::now();
    if (state_.pace.may_go(notice, now))
      tell_all(notice);
    else
      set_pace(now);
  }

  void tell_held_back() {
    state_.is_pace_set = false;
    const auto now = Clock::now();
    for (const auto& notice : state_.pace.due(now))
      tell_all(notice);
    set_pace(now);
  }

  void set_pace(Clock::time_point now) {
    const auto next = state_.pace.next();
    if (!next || std::exchange(state_.is_pace_set, true))
      return;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*next - now);
    self_->delayed_send(self_, std::max(wait, std::chrono::milliseconds{1}), pace_atom::value);
  }

  /// What the store told us it has told its other nodes, but no guests.
  void tell_all(const Notice& notice) {
    const auto word = word_of(notice);
    for (const auto& peer : state_.book.peers())
      if (notice.own || peer.facts.guest)
        say(peer.remote, word);
  }

  /// A guest is heard by us alone; and nobody but us tells our guests.
  void pass_on(const PeerFacts& from, const PeerWord& word) {
    for (const auto& peer : state_.book.peers())
      if (peer.facts.instance != from.instance && (from.guest || peer.facts.guest))
        say(peer.remote, word);
  }

  void hear(const PeerSays& said) {
    auto* channel = state_.book.find(said.ear);
    if (!channel)
      return;
    const auto from = *channel;
    try {
      const auto word = from_wire<PeerWord>(said.text);
      if (const auto notice = notice_of(word)) {
        state_.setting.supervisor->notice(*notice);
        pass_on(from.facts, word);
      } else if (word.kind == "answer") {
        hear_answer(*channel, word);
      } else {
        obey(from, word);
      }
    } catch (const Error& error) {
      log(LogLevel::warning,
          "peer_not_understood " + described(from.facts) + " error=\"" + error.what() + "\"");
    }
  }

  void hear_answer(PeerBook::Channel& channel, const PeerWord& word) {
    PeerAnswer answer{.facts = channel.facts, .number = word.number};
    if (!word.details.empty()) {
      auto load = from_wire<PeerLoad>(word.details);
      if (load.facts.instance != channel.facts.instance)
        return;
      channel.facts = load.facts;
      answer.facts = std::move(load.facts);
      answer.queues = std::move(load.queues);
    }
    state_.questions.answered(word.question, std::move(answer));
  }

  void obey(const PeerBook::Channel& from, const PeerWord& word) {
    PeerWord answer{.kind = "answer", .question = word.question};
    if (word.kind == "load") {
      PeerLoad load{.facts = state_.setting.own->get()};
      for (auto& queue : state_.setting.supervisor->queues())
        load.queues.push_back({queue.name, queue.concurrency, queue.running});
      answer.details = to_wire(load);
    } else if (word.kind == "scale") {
      answer.number = scale(word) ? 1 : 0;
    } else {
      if (word.kind == "stop" && state_.setting.stop) {
        log(LogLevel::info, "stop_asked_by " + described(from.facts));
        state_.setting.stop();
      }
      return;
    }
    say(from.remote, answer);
  }

  [[nodiscard]] bool scale(const PeerWord& word) const {
    try {
      state_.setting.supervisor->set_concurrency(word.queue, word.number);
      return true;
    } catch (const Error&) { // it does not run here
      return false;
    }
  }

  void ask(const HubAsk& ask) {
    const auto peers = state_.book.peers();
    auto word = ask.word;
    word.question = state_.questions.begin(ask, peers);
    for (const auto& peer : peers)
      say(peer.remote, word);
    if (!peers.empty())
      self_->delayed_send(self_, ask.limit, late_atom::value, word.question);
  }

  void tell_one(const HubTell& tell) {
    for (const auto& peer : state_.book.peers())
      if (peer.facts.id == tell.id) {
        say(peer.remote, tell.word);
        tell.answer->set_value(true);
        return;
      }
    tell.answer->set_value(false);
  }

  void end() {
    for (auto& [key, call] : state_.calls)
      hang_up(call);
    for (const auto& ear : state_.book.ears())
      self_->send_exit(ear, caf::exit_reason::user_shutdown);
    self_->quit();
  }

  Self* self_;
  HubState& state_;
};

caf::behavior run_hub(Hub::Self* self, HubSetting setting) {
  return Hub{self}.run(std::move(setting));
}

} // namespace

bool calls(const PeerFacts& self, const NodeRecord& other) {
  if (other.id == self.id || other.is.address.empty())
    return false;
  return other.id < self.id || self.address.empty();
}

caf::actor spawn_peer_hub(caf::actor_system& system, HubSetting setting) {
  if (!setting.log)
    setting.log = log_nothing;
  return system.spawn(run_hub, std::move(setting));
}

SessionFactory peer_sessions(caf::actor_system& system, caf::actor hub,
                             std::shared_ptr<OwnFacts> own) {
  return [&system, hub = std::move(hub), own = std::move(own)](const Hello& hello,
                                                               const caf::actor& client) {
    auto facts = from_wire<PeerFacts>(hello.details);
    const auto mine = own->get();
    if (facts.instance == 0 || facts.instance == mine.instance)
      throw Error{errc::invalid_argument, "that is this node itself"};
    auto ear = spawn_session_ear(system, hub, client);
    caf::anon_send(hub, PeerIn{std::move(facts), client, ear});
    return Session{ear, to_wire(mine)};
  };
}

} // namespace zzz_jobs::node
