#include <zzz_jobs/nodes/cluster/remote_line.hpp>

#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>
#include <zzz_jobs/nodes/cluster/store_gateway.hpp>

#include <caf/all.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <utility>

namespace zzz_jobs::node {

/// To an ear: end. Other processes cannot say it.
struct EarEndMsg {};

} // namespace zzz_jobs::node

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::node::EarEndMsg)

namespace zzz_jobs::node {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds leave_timeout{1000};

std::string random_key() {
  std::random_device random;
  std::string key;
  for (int i = 0; i < 4; ++i)
    key += std::to_string(random()) + (i < 3 ? "-" : "");
  return key;
}

std::string names_of(const std::vector<Endpoint>& endpoints) {
  std::string names;
  for (const auto& endpoint : endpoints)
    names += (names.empty() ? "" : ", ") + to_string(endpoint);
  return names;
}

} // namespace

struct RemoteLine::Shared {
  explicit Shared(Setting with) : setting(std::move(with)) {}

  /// A request on its way; kept until it is answered or given up.
  struct Pending {
    std::string text{};
    bool changes = false;
    bool done = false;
    StoreAnswer answer{};
  };

  const Setting setting;
  mutable std::mutex mutex{}; ///< for what follows
  mutable std::condition_variable changed{};
  caf::actor link{};
  caf::actor session{}; ///< none: no link
  std::string visit{};
  bool is_leaving = false; ///< the end of the link is no news
  bool is_left = false;    ///< by the gateway
  Endpoint at{};
  SteadyClock::time_point down_since = SteadyClock::now();
  std::string trouble{};
  std::uint64_t last_id = 0;
  std::map<std::uint64_t, std::shared_ptr<Pending>> pending{};
  std::vector<std::uint64_t> dropped{}; ///< to be told with the next request
  std::optional<StoreFacts> facts{};
  SteadyClock::time_point facts_at{};

  mutable std::mutex handlers_mutex{}; ///< held while a handler is called
  StoreSignalHandler signal_handler{};
  std::function<void(const Claim&)> cancelled_handler{};

  // --- from the link

  void up(const LinkUp& told) {
    const auto greeting = greeting_from(told.greeting);
    bool is_first = false;
    {
      const std::lock_guard lock{mutex};
      session = told.session;
      at = told.endpoint;
      is_left = false;
      is_first = visit.empty();
      if (greeting.visit != visit)
        new_visit();
      visit = greeting.visit;
      for (const auto& [id, request] : pending)
        caf::anon_send(session, say_atom::value, request->text);
      changed.notify_all();
    }
    if (is_first)
      return;
    setting.log(LogLevel::warning, "gateway_back at=" + to_string(told.endpoint));
    // What was said meanwhile has gone unheard.
    signal(StoreSignal::lost_claims);
    signal(StoreSignal::back);
    signal(StoreSignal::jobs);
  }

  /// Nobody there knows what was asked for before. With the mutex held.
  void new_visit() {
    dropped.clear();
    std::erase_if(pending, [](const auto& entry) {
      auto& request = *entry.second;
      if (!request.changes)
        return false;
      request.answer.code = errc::in_doubt;
      request.answer.text =
        "gateway: the link was lost and the visit with it: it may have happened";
      request.done = true;
      return true;
    });
  }

  void down(const LinkDown& told) {
    bool is_news = told.was_up;
    {
      const std::lock_guard lock{mutex};
      if (session)
        down_since = SteadyClock::now();
      session = nullptr;
      trouble = to_string(told.endpoint) + ": " + told.reason;
      is_news = is_news && !is_leaving;
      changed.notify_all();
    }
    if (is_news)
      setting.log(LogLevel::warning,
                  "gateway_lost at=" + to_string(told.endpoint) + " reason=\"" + told.reason
                    + "\" action=\"connecting again\"");
  }

  void hear(const std::string& text) {
    auto heard = from_gateway(text);
    if (heard.answer)
      take(*std::move(heard.answer));
    if (!heard.news)
      return;
    if (heard.news->leaving)
      return leaves();
    if (heard.news->cancelled && cancelled(*heard.news->cancelled))
      return;
    if (heard.news->signal <= static_cast<std::uint8_t>(StoreSignal::back))
      signal(static_cast<StoreSignal>(heard.news->signal));
  }

  void leaves() {
    {
      const std::lock_guard lock{mutex};
      if (std::exchange(is_left, true))
        return;
    }
    setting.log(LogLevel::warning,
                "gateway_leaving at=" + to_string(at) + " action=\""
                  + (setting.gateways.size() > 1 ? "looking for another one" : "claiming no more")
                  + "\"");
    if (setting.on_leaving)
      setting.on_leaving();
  }

  void take(StoreAnswer answer) {
    const std::lock_guard lock{mutex};
    if (answer.facts) {
      facts = answer.facts;
      facts_at = SteadyClock::now();
    }
    const auto found = pending.find(answer.id);
    if (found == pending.end())
      return; // given up, or answered twice
    found->second->answer = std::move(answer);
    found->second->done = true;
    pending.erase(found);
    changed.notify_all();
  }

  void signal(StoreSignal signal) const {
    const std::lock_guard lock{handlers_mutex};
    if (signal_handler)
      signal_handler(signal);
  }

  bool cancelled(const Claim& claim) const {
    const std::lock_guard lock{handlers_mutex};
    if (cancelled_handler)
      cancelled_handler(claim);
    return cancelled_handler != nullptr;
  }

  // --- for who asks

  /// With the lock: waits for a link, as long as one may come back.
  void wait_for_link(std::unique_lock<std::mutex>& lock) const {
    changed.wait_until(lock, down_since + setting.patience, [this] { return session != nullptr; });
    if (!session)
      throw Error{errc::unavailable,
                  "gateway: there is no link to " + names_of(setting.gateways)
                    + (trouble.empty() ? "" : " (" + trouble + ")")};
  }

  std::shared_ptr<Pending> send(StoreVerb verb, std::string body, bool changes) {
    const auto id = ++last_id;
    StoreRequest request{.id = id,
                         .acked = pending.empty() ? id : pending.begin()->first,
                         .verb = verb,
                         .body = std::move(body),
                         .dropped = std::exchange(dropped, {})};
    auto made = std::make_shared<Pending>();
    made->text = to_text(request);
    made->changes = changes;
    pending[id] = made;
    caf::anon_send(session, say_atom::value, made->text);
    return made;
  }

  /// Whether the answer may still come.
  [[nodiscard]] bool is_lost_for_good() const {
    return !session && SteadyClock::now() >= down_since + setting.patience;
  }

  void wait_for_answer(std::unique_lock<std::mutex>& lock, const Pending& request,
                       milliseconds limit) const {
    const auto deadline = SteadyClock::now() + limit;
    while (!request.done && SteadyClock::now() < deadline && !is_lost_for_good()) {
      const auto patience_ends = session ? deadline : down_since + setting.patience;
      changed.wait_until(lock, std::min(deadline, patience_ends));
    }
  }

  /// Without an answer, where there is a link.
  void tell(StoreVerb verb) {
    const std::lock_guard lock{mutex};
    if (session)
      (void)send(verb, {}, false);
  }

  std::string ask(StoreVerb verb, std::string body, bool changes, milliseconds limit) {
    std::unique_lock lock{mutex};
    wait_for_link(lock);
    const auto request = send(verb, std::move(body), changes);
    const auto id = last_id;
    wait_for_answer(lock, *request, limit);
    if (!request->done) {
      pending.erase(id);
      dropped.push_back(id);
      if (session) // it may be the link, though it seems to be there
        caf::anon_send(link, LinkRestart{});
      throw Error{changes ? errc::in_doubt : errc::unavailable,
                  session ? "gateway: no answer within " + std::to_string(limit.count()) + " ms"
                          : "gateway: the link was lost before the answer (" + trouble + ")"};
    }
    if (request->answer.code != errc{})
      throw Error{request->answer.code, request->answer.text};
    return std::move(request->answer.body);
  }
};

namespace {

/// Hears the link and what comes over it.
caf::behavior ear(caf::event_based_actor* self, std::shared_ptr<RemoteLine::Shared> shared) {
  runtime::quiet_defaults(self);
  self->set_exit_handler([](caf::exit_msg&) {}); // others' are none of ours
  const auto guarded = [shared](const auto& work) {
    try {
      work();
    } catch (const Error& error) {
      shared->setting.log(LogLevel::error,
                          "gateway_misunderstood error=\"" + std::string{error.what()} + "\"");
    }
  };
  return {[=](LinkUp& link) { guarded([&] { shared->up(link); }); },
          [=](LinkDown& link) { shared->down(link); }, [self](EarEndMsg) { self->quit(); },
          [=](say_atom, const std::string& text) { guarded([&] { shared->hear(text); }); }};
}

} // namespace

RemoteLine::RemoteLine(caf::actor_system& system, Setting setting)
  : system_(system), shared_(std::make_shared<Shared>(std::move(setting))) {
  ear_ = system.spawn(ear, shared_);
  const auto& with = shared_->setting;
  link_ = spawn_link(system,
                     {.transport = with.transport,
                      .to = with.gateways,
                      .hello = {.kind = store_kind,
                                .name = with.name,
                                .version = with.version,
                                .details = to_text(GuestHello{.key = random_key()})},
                      .client = ear_,
                      .owner = ear_,
                      .time_limit = with.connect_timeout});
  const std::lock_guard lock{shared_->mutex};
  shared_->link = link_;
}

void RemoteLine::tell(StoreVerb verb) {
  shared_->tell(verb);
}

/// A gateway that hears of it need not wait for somebody who does not come back.
RemoteLine::~RemoteLine() {
  on_signal({});
  on_cancelled({});
  try {
    leave({});
  } catch (const Error&) { // it finds out by itself
  }
  caf::scoped_actor self{system_, true};
  self->send(link_, LinkEnd{});
  self->wait_for(link_);
  self->send(ear_, EarEndMsg{});
  self->wait_for(ear_);
}

void RemoteLine::leave(std::string moved) {
  {
    const std::lock_guard lock{shared_->mutex};
    if (std::exchange(shared_->is_leaving, true) || !shared_->session)
      return;
  }
  (void)shared_->ask(StoreVerb::leave, std::move(moved), false, leave_timeout);
}

bool RemoteLine::is_left() const {
  const std::lock_guard lock{shared_->mutex};
  return shared_->is_left;
}

Endpoint RemoteLine::endpoint() const {
  const std::lock_guard lock{shared_->mutex};
  return shared_->at;
}

void RemoteLine::signal(StoreSignal signal) const {
  shared_->signal(signal);
}

bool RemoteLine::is_up_within(milliseconds limit) const {
  std::unique_lock lock{shared_->mutex};
  return shared_->changed.wait_for(lock, limit, [this] { return shared_->session != nullptr; });
}

std::string RemoteLine::trouble() const {
  const std::lock_guard lock{shared_->mutex};
  return shared_->trouble;
}

std::string RemoteLine::ask(StoreVerb verb, std::string body, bool changes) {
  return shared_->ask(verb, std::move(body), changes, shared_->setting.answer_timeout);
}

std::int64_t RemoteLine::node_id() const {
  const std::lock_guard lock{shared_->mutex};
  return shared_->facts ? shared_->facts->node_id : 0;
}

RemoteLine::Told RemoteLine::told() const {
  const std::lock_guard lock{shared_->mutex};
  if (!shared_->facts)
    return {{}, SteadyClock::duration::max()};
  return {shared_->facts->now, SteadyClock::now() - shared_->facts_at};
}

void RemoteLine::on_signal(StoreSignalHandler handler) {
  const std::lock_guard lock{shared_->handlers_mutex};
  shared_->signal_handler = std::move(handler);
}

void RemoteLine::on_cancelled(std::function<void(const Claim&)> handler) {
  const std::lock_guard lock{shared_->handlers_mutex};
  shared_->cancelled_handler = std::move(handler);
}

} // namespace zzz_jobs::node
