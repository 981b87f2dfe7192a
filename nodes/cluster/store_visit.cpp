#include <zzz_jobs/nodes/cluster/store_visit.hpp>

#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>
#include <zzz_jobs/nodes/cluster/hello.hpp>
#include <zzz_jobs/nodes/cluster/store_desk.hpp>
#include <zzz_jobs/nodes/cluster/store_wire.hpp>

#include <caf/all.hpp>

#include <algorithm>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace zzz_jobs::node {

using RefusedRows = std::vector<std::pair<std::size_t, Enqueued>>;

// To a visit, from within the process.
struct VisitAttachMsg {
  caf::actor client{};
};
struct VisitAppliedMsg {
  std::uint64_t request = 0;
  std::shared_ptr<BatchResult> result{};
  std::shared_ptr<RefusedRows> refused{};
  std::size_t claims_left_out = 0;
  std::exception_ptr error{};
};
struct VisitAnswerMsg {
  std::shared_ptr<StoreAnswer> answer{};
};
struct VisitNewsMsg {
  StoreNews news{};
};
struct VisitGraceMsg {
  std::uint64_t link = 0; ///< over, unless there was another one since
};
struct VisitSendOffMsg {};
struct VisitEndMsg {};
/// When all that was to be said is said.
struct VisitEndedMsg {};

} // namespace zzz_jobs::node

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::VisitAttachMsg)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::VisitAppliedMsg)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::VisitAnswerMsg)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::VisitNewsMsg)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::VisitGraceMsg)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::VisitSendOffMsg)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::VisitEndMsg)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::VisitEndedMsg)

namespace zzz_jobs::node {
namespace {

/// A guest asks with few threads; who keeps more requests open is out of order.
constexpr std::size_t requests_max = 10'000;

StoreAnswer failed(std::uint64_t request, const std::exception_ptr& error) {
  StoreAnswer answer{.id = request};
  try {
    std::rethrow_exception(error);
  } catch (const Error& failure) {
    answer.code = failure.code();
    answer.text = failure.what();
  } catch (const std::exception& failure) {
    answer.code = errc::unavailable;
    answer.text = failure.what();
  } catch (...) {
    answer.code = errc::unavailable;
    answer.text = "store: unknown exception";
  }
  return answer;
}

/// Where the supervisor's words for a guest go, once there is somebody.
class Ear {
public:
  void is(caf::actor actor) {
    const std::lock_guard lock{mutex_};
    actor_ = std::move(actor);
  }
  void hear(StoreNews news) const {
    const std::lock_guard lock{mutex_};
    if (actor_)
      caf::anon_send(actor_, VisitNewsMsg{std::move(news)});
  }

private:
  mutable std::mutex mutex_{};
  caf::actor actor_{};
};

struct VisitState {
  static inline const char* name = "zzz_jobs.visit";

  /// A request that the guest may ask for again.
  struct Request {
    std::string answer{};         ///< empty: not there yet
    std::vector<Claim> claimed{}; ///< by it
    bool is_dropped = false;
  };

  VisitSetting setting{};
  std::shared_ptr<Guest> guest{};
  caf::actor client{}; ///< none: without a link
  std::uint64_t link = 0;
  std::map<std::uint64_t, Request> requests{};
  std::uint64_t acked = 0;
  bool is_sent_off = false;
  /// The workers that the guest has named last: they rarely change.
  std::vector<std::string> names{};
  KnownWorkers known{};
};

class Visit {
public:
  using Self = caf::stateful_actor<VisitState>;
  explicit Visit(Self* self) : self_(self), state_(self->state) {}

  caf::behavior run(VisitSetting setting, std::shared_ptr<Guest> guest) {
    runtime::quiet_defaults(self_);
    state_.setting = std::move(setting);
    state_.guest = std::move(guest);
    self_->set_exit_handler([](caf::exit_msg&) {}); // a guest's are none of ours
    self_->set_down_handler([self = self_](caf::down_msg& down) { Visit{self}.gone(down); });
    arm_grace();
    return {[self = self_](say_atom, const std::string& text) { Visit{self}.hear(text); },
            [self = self_](VisitAttachMsg& message) { Visit{self}.attach(message.client); },
            [self = self_](VisitAppliedMsg& message) { Visit{self}.applied(message); },
            [self = self_](VisitAnswerMsg& message) { Visit{self}.answer(*message.answer); },
            [self = self_](VisitNewsMsg& message) { Visit{self}.say(to_text(message.news)); },
            [self = self_](VisitGraceMsg& message) {
              if (!self->state.client && self->state.link == message.link)
                Visit{self}.end();
            },
            [self = self_](VisitSendOffMsg&) { Visit{self}.send_off(); },
            [self = self_](VisitEndMsg&) { Visit{self}.interrupt(); },
            [self = self_](VisitEndedMsg&) { Visit{self}.end(); }};
  }

private:
  void attach(const caf::actor& client) {
    if (state_.client)
      self_->demonitor(state_.client);
    state_.client = client;
    ++state_.link;
    self_->monitor(client);
    if (state_.is_sent_off)
      say_leaving();
  }

  void send_off() {
    state_.is_sent_off = true;
    say_leaving();
  }

  void say_leaving() {
    say(
      to_text(StoreNews{.signal = static_cast<std::uint8_t>(StoreSignal::jobs), .leaving = true}));
  }

  /// What the guest still runs it hears of behind this message.
  void interrupt() {
    state_.guest->hand_back();
    self_->send(self_, VisitEndedMsg{});
  }

  void gone(const caf::down_msg& down) {
    if (!state_.client || down.source != state_.client.address())
      return;
    state_.client = nullptr;
    arm_grace();
  }

  void arm_grace() { self_->delayed_send(self_, state_.setting.grace, VisitGraceMsg{state_.link}); }

  void end() {
    state_.guest.reset();
    if (state_.setting.ended)
      state_.setting.ended();
    self_->quit(caf::exit_reason::user_shutdown);
  }

  void say(std::string text) {
    if (state_.client)
      caf::anon_send(state_.client, say_atom::value, std::move(text));
  }

  /// What cannot be read is the end of the link: there is nobody to tell.
  void hear(const std::string& text) {
    StoreRequest request;
    try {
      request = request_from(text);
    } catch (const Error& error) {
      state_.setting.host->shared().log(LogLevel::warning,
                                        "guest_refused name=\"" + state_.setting.name
                                          + "\" error=\"" + error.what() + "\"");
      return end();
    }
    for (const auto id : request.dropped)
      drop(id);
    state_.acked = std::max(state_.acked, request.acked);
    std::erase_if(state_.requests, [this](const auto& entry) {
      return entry.first < state_.acked && !entry.second.answer.empty();
    });
    if (request.id < state_.acked)
      return; // a late copy: its answer has come
    const auto [known, is_new] = state_.requests.try_emplace(request.id);
    if (!is_new) {
      if (!known->second.answer.empty())
        say(known->second.answer);
      return;
    }
    if (state_.requests.size() > requests_max)
      return end();
    carry_out(request);
  }

  void carry_out(const StoreRequest& request) {
    try {
      if (request.verb == StoreVerb::leave) {
        say_good_bye(request.body, *state_.guest);
        answer({.id = request.id});
        return end();
      }
      request.verb == StoreVerb::apply ? apply(request) : ask_desk(request);
    } catch (...) {
      answer(failed(request.id, std::current_exception()));
    }
  }

  void apply(const StoreRequest& request) {
    auto batch = batch_with(request.body, [this](const auto& names) { return known_as(names); });
    const auto refused =
      std::make_shared<RefusedRows>(refuse_bad_rows(batch, state_.setting.host->config().limits));
    const auto left_out = state_.is_sent_off ? std::exchange(batch.claims, {}).size() : 0;
    state_.guest->apply(std::move(batch),
                        [me = caf::actor_cast<caf::actor>(self_), id = request.id, refused,
                         left_out](BatchResult result, std::exception_ptr error) {
                          caf::anon_send(
                            me,
                            VisitAppliedMsg{id, std::make_shared<BatchResult>(std::move(result)),
                                            refused, left_out, std::move(error)});
                        });
  }

  KnownWorkers known_as(const std::vector<std::string>& names) {
    if (!state_.known || names != state_.names) {
      state_.known = state_.setting.one_of(names);
      state_.names = names;
    }
    return state_.known;
  }

  void ask_desk(const StoreRequest& request) {
    const auto answer = std::make_shared<StoreAnswer>();
    answer->id = request.id;
    state_.guest->call(
      [answer, verb = request.verb, body = request.body, guest = state_.guest,
       host = state_.setting.host](AnyStore& store) {
        answer->body = answer_at_desk(verb, body, store, *guest, *host);
        answer->facts = {store.node_id(), store.now()};
      },
      [answer, me = caf::actor_cast<caf::actor>(self_)](const std::exception_ptr& error) {
        if (error)
          *answer = failed(answer->id, error);
        caf::anon_send(me, VisitAnswerMsg{answer});
      });
  }

  void applied(VisitAppliedMsg& message) {
    if (message.error)
      return answer(failed(message.request, message.error));
    add_refused(*message.result, std::move(*message.refused));
    message.result->claimed.resize(message.result->claimed.size() + message.claims_left_out);
    const auto found = state_.requests.find(message.request);
    if (found != state_.requests.end())
      for (const auto& jobs : message.result->claimed)
        for (const auto& job : jobs)
          found->second.claimed.push_back(job.claim());
    answer({.id = message.request, .body = result_to_text(*message.result)});
  }

  void answer(const StoreAnswer& answer) {
    const auto found = state_.requests.find(answer.id);
    if (found == state_.requests.end())
      return;
    auto& request = found->second;
    request.answer = to_text(answer);
    if (!request.is_dropped)
      return say(request.answer);
    release(request);
    state_.requests.erase(found);
  }

  /// The guest has given the request up, and knows nothing of what it claimed.
  void drop(std::uint64_t id) {
    const auto found = state_.requests.find(id);
    if (found == state_.requests.end() || std::exchange(found->second.is_dropped, true))
      return;
    release(found->second);
  }

  void release(VisitState::Request& request) {
    Batch batch;
    for (const auto& claim : std::exchange(request.claimed, {}))
      batch.outcomes.push_back({.claim = claim, .kind = OutcomeKind::release});
    if (!batch.outcomes.empty()) // should it fail, the guest's next comparison finds them
      state_.guest->apply(std::move(batch), [](const BatchResult&, const std::exception_ptr&) {});
  }

  Self* self_;
  VisitState& state_;
};

caf::behavior run_visit(Visit::Self* self, VisitSetting setting, std::shared_ptr<Guest> guest) {
  return Visit{self}.run(std::move(setting), std::move(guest));
}

} // namespace

caf::actor spawn_visit(caf::actor_system& system, VisitSetting setting) {
  const auto ear = std::make_shared<Ear>();
  auto guest = setting.host->admit_guest(
    setting.name,
    {.signal =
       [ear](StoreSignal signal) { ear->hear({.signal = static_cast<std::uint8_t>(signal)}); },
     .cancelled =
       [ear](const Claim& claim) {
         ear->hear(
           {.signal = static_cast<std::uint8_t>(StoreSignal::lost_claims), .cancelled = claim});
       }});
  auto visit = system.spawn(run_visit, std::move(setting), std::move(guest));
  ear->is(visit);
  return visit;
}

void attach_client(const caf::actor& visit, const caf::actor& client) {
  caf::anon_send(visit, VisitAttachMsg{client});
}

void send_off(const caf::actor& visit) {
  caf::anon_send(visit, VisitSendOffMsg{});
}

void end_visit(const caf::actor& visit) {
  caf::anon_send(visit, VisitEndMsg{});
}

} // namespace zzz_jobs::node
