#include "linked.hpp"

#include "support/eventually.hpp"

#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>

#include <caf/all.hpp>

#include <algorithm>
#include <cstdint>

namespace zzz_jobs::node::test {
namespace {

caf::behavior echo(caf::event_based_actor* self, const caf::actor& client) {
  runtime::quiet_defaults(self);
  self->monitor(client);
  self->set_down_handler([self](caf::down_msg&) { self->quit(); });
  return {[self, client](say_atom, const std::string& text) {
    self->send(client, say_atom::value, text);
  }};
}

} // namespace

EchoServer::EchoServer(const TlsSection& tls, std::uint16_t port)
  : place_(tls), gatekeeper_(place_.system.system(), place_.transport), port_([&] {
      gatekeeper_.add_kind("echo", [this](const Hello& hello, const caf::actor& client) {
        return Session{place_.system.system().spawn(echo, client), "hello " + hello.name};
      });
      return gatekeeper_.open({"127.0.0.1", port});
    }()) {}

EchoClient::EchoClient(const std::vector<std::uint16_t>& ports, const TlsSection& tls, Hello hello)
  : place_(tls) {
  ear_ = place_.system.system().spawn([this](caf::event_based_actor* self) -> caf::behavior {
    runtime::quiet_defaults(self);
    return {[this](const LinkUp& up) {
              const std::lock_guard lock{mutex_};
              session_ = up.session;
              linked_port_ = up.endpoint.port;
              ++ups_;
            },
            [this](const LinkDown& down) {
              const std::lock_guard lock{mutex_};
              reason_ = down.reason;
              session_ = nullptr;
              linked_port_ = 0;
              ++(down.was_up ? losses_ : failures_);
            },
            [this](say_atom, const std::string& text) {
              const std::lock_guard lock{mutex_};
              heard_.push_back(text);
            }};
  });
  LinkSetting setting{.transport = place_.transport,
                      .to = {},
                      .hello = std::move(hello),
                      .client = ear_,
                      .owner = ear_};
  for (const auto port : ports)
    setting.to.push_back({"127.0.0.1", port});
  link_ = spawn_link(place_.system.system(), std::move(setting));
}

EchoClient::~EchoClient() {
  caf::anon_send(link_, LinkEnd{});
  caf::scoped_actor self{place_.system.system()};
  self->send_exit(ear_, caf::exit_reason::user_shutdown);
  self->wait_for(ear_, link_);
}

std::string EchoClient::reason() const {
  const std::lock_guard lock{mutex_};
  return reason_;
}

caf::actor EchoClient::session() const {
  const std::lock_guard lock{mutex_};
  return session_;
}

bool EchoClient::hears_echo(const std::string& text) {
  if (const auto to = session())
    caf::anon_send(to, say_atom::value, text);
  return hears(text);
}

bool EchoClient::hears(const std::string& text) {
  return support::eventually([&] {
    const std::lock_guard lock{mutex_};
    return std::find(heard_.begin(), heard_.end(), text) != heard_.end();
  });
}

} // namespace zzz_jobs::node::test
