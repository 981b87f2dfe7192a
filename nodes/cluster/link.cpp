#include <zzz_jobs/nodes/cluster/link.hpp>

#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>
#include <zzz_jobs/config/errc.hpp>

#include <caf/all.hpp>
#include <caf/io/all.hpp>

#include <algorithm>
#include <random>
#include <set>
#include <utility>

namespace zzz_jobs::node {
namespace {

using try_atom = caf::atom_constant<caf::atom("try")>;

/// Opens connections, one at a time, and may block for it: a thread of its own.
caf::behavior connector(caf::event_based_actor* self, std::shared_ptr<Transport> transport,
                        std::chrono::milliseconds limit) {
  runtime::quiet_defaults(self);
  return {[transport, limit](const std::string& host,
                             std::uint16_t port) -> caf::result<caf::io::scribe_ptr> {
    try {
      return transport->connect({host, port}, limit);
    } catch (const std::exception& error) {
      return caf::make_error(caf::sec::cannot_connect_to_node, std::string{error.what()});
    }
  }};
}

/// An error of CAF's in words; one of ours has a text.
std::string text_of(const caf::actor_system& system, const caf::error& error) {
  if (error.context().size() == 1 && error.context().match_element<std::string>(0))
    return error.context().get_as<std::string>(0);
  if (error == caf::sec::disconnect_during_handshake)
    return "it ended the connection during the handshake (are the certificates of one CA and in "
           "force?)";
  if (error == caf::sec::request_timeout)
    return "it did not answer in time";
  return system.render(error);
}

struct LinkState {
  static inline const char* name = "zzz_jobs.link";
  LinkSetting setting{};
  caf::actor connector{};
  caf::actor session{}; ///< none while down
  std::uint64_t attempt = 0;
  std::size_t next = 0; ///< of setting.to
  std::chrono::milliseconds pause{};
  std::minstd_rand random{std::random_device{}()};
};

class Link {
public:
  using Self = caf::stateful_actor<LinkState>;
  explicit Link(Self* self) : self_(self) {}

  caf::behavior run(LinkSetting setting) {
    runtime::quiet_defaults(self_);
    auto& state = self_->state;
    state.setting = std::move(setting);
    state.pause = state.setting.pause_min;
    state.connector =
      self_->spawn<caf::detached>(connector, state.setting.transport, state.setting.time_limit);
    self_->set_down_handler([self = self_](caf::down_msg& down) {
      if (self->state.session && down.source == self->state.session.address())
        Link{self}.lost(text_of(self->system(), down.reason));
    });
    self_->send(self_, try_atom::value);
    return {[self = self_](try_atom) { Link{self}.connect(); },
            [self = self_](LinkRestart) {
              if (self->state.session)
                Link{self}.lost("its session did not answer");
            },
            [self = self_](LinkEnd) { Link{self}.end(); }};
  }

private:
  [[nodiscard]] LinkSetting& setting() { return self_->state.setting; }
  [[nodiscard]] const Endpoint& endpoint() {
    return setting().to[self_->state.next % setting().to.size()];
  }

  /// Continues only what belongs to the newest attempt.
  template <class F>
  auto now_or_never(F then) {
    return [link = *this, attempt = self_->state.attempt, then](auto&&... answer) mutable {
      if (attempt == link.self_->state.attempt)
        then(link, std::forward<decltype(answer)>(answer)...);
    };
  }
  auto on_error() {
    return now_or_never(
      [](Link& link, caf::error& error) { link.failed(text_of(link.self_->system(), error)); });
  }

  void connect() {
    ++self_->state.attempt;
    auto then = now_or_never([](Link& link, caf::io::scribe_ptr& scribe) { link.greet(scribe); });
    // Looking up a name may take longer than the connector's limit.
    self_
      ->request(self_->state.connector, 2 * setting().time_limit, endpoint().host, endpoint().port)
      .then([then](caf::io::scribe_ptr& scribe) mutable { then(scribe); },
            [error = on_error()](caf::error& e) mutable { error(e); });
  }

  void greet(caf::io::scribe_ptr& scribe) {
    auto then = now_or_never(
      [](Link& link, const caf::node_id& node, const caf::strong_actor_ptr& gatekeeper) {
        if (node == link.self_->system().node())
          link.failed("it is this process itself, or has the same process id and network"
                      " addresses (MAC)");
        else if (!gatekeeper)
          link.failed("nobody takes links there");
        else
          link.introduce(caf::actor_cast<caf::actor>(gatekeeper));
      });
    self_
      ->request(setting().transport->broker(), setting().time_limit, caf::connect_atom::value,
                std::move(scribe), endpoint().port)
      .then([then](const caf::node_id& node, const caf::strong_actor_ptr& gatekeeper,
                   const std::set<std::string>&) mutable { then(node, gatekeeper); },
            [error = on_error()](caf::error& e) mutable { error(e); });
  }

  void introduce(const caf::actor& gatekeeper) {
    auto then = now_or_never([](Link& link, const caf::actor& session,
                                const std::string& greeting) { link.is_up(session, greeting); });
    self_
      ->request(gatekeeper, setting().time_limit, hello_atom::value, setting().client,
                to_wire(setting().hello))
      .then([then](const caf::actor& session,
                   const std::string& greeting) mutable { then(session, greeting); },
            [error = on_error()](caf::error& e) mutable { error(e); });
  }

  void is_up(const caf::actor& session, const std::string& greeting) {
    if (!session)
      return failed("it gave no session");
    self_->state.session = session;
    self_->state.pause = setting().pause_min;
    self_->monitor(session);
    self_->send(setting().owner, LinkUp{setting().key, session, greeting, endpoint()});
  }

  void lost(std::string reason) {
    self_->demonitor(self_->state.session);
    self_->state.session = nullptr;
    self_->send(setting().owner, LinkDown{setting().key, true, endpoint(), std::move(reason)});
    later();
  }

  void failed(std::string reason) {
    self_->send(setting().owner, LinkDown{setting().key, false, endpoint(), std::move(reason)});
    ++self_->state.next;
    later();
  }

  void later() {
    auto& state = self_->state;
    ++state.attempt;
    std::uniform_int_distribution<int> percent{50, 150};
    self_->delayed_send(self_, state.pause * percent(state.random) / 100, try_atom::value);
    // A round through all of them before the pause grows.
    if (state.next % setting().to.size() == 0)
      state.pause = std::min(state.pause * 2, setting().pause_max);
  }

  void end() {
    caf::anon_send_exit(self_->state.connector, caf::exit_reason::user_shutdown);
    self_->quit();
  }

  Self* self_;
};

caf::behavior run_link(Link::Self* self, LinkSetting setting) {
  return Link{self}.run(std::move(setting));
}

} // namespace

caf::actor spawn_link(caf::actor_system& system, LinkSetting setting) {
  if (setting.to.empty())
    throw Error{errc::invalid_argument, "a link must have somewhere to go"};
  return system.spawn(run_link, std::move(setting));
}

} // namespace zzz_jobs::node
