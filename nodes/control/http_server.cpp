#include <zzz_jobs/nodes/control/http_server.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/control/connections.hpp>
#include <zzz_jobs/nodes/control/http_dialogue.hpp>
#include <zzz_jobs/nodes/control/tcp_socket.hpp>
#include <zzz_jobs/nodes/control/tls.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <optional>
#include <utility>

namespace zzz_jobs::node {
namespace {

control::TcpAddress checked_address(const HttpServerSetting& setting) {
  auto address = control::parse_tcp_address(setting.listen);
  if (setting.certificate.empty() != setting.key.empty())
    throw Error(errc::invalid_argument, "http: certificate and key must be given together");
  if (!address.is_loopback() && setting.token.empty() && setting.certificate.empty())
    throw Error(errc::invalid_argument,
                "http: " + setting.listen
                  + " can be reached from elsewhere: it needs a token or "
                    "TLS");
  return address;
}

control::HttpLimits limits_of(const HttpServerSetting& setting) {
  return {.body_bytes_max = setting.body_bytes_max,
          .idle_max = setting.idle_max,
          .request_max = setting.request_max,
          .answer_max = setting.answer_max};
}

} // namespace

struct HttpServer::Impl {
  Impl(HttpServerSetting chosen, ApiChannel& api)
    : setting(std::move(chosen)), wanted(checked_address(setting)),
      site({.token = setting.token,
            .open_facts = wanted.is_loopback(),
            .api = api,
            .metrics = setting.metrics}),
      dialogue(site, limits_of(setting)) {
    if (!setting.certificate.empty())
      tls.emplace(setting.certificate, setting.key);
    auto listener = control::listen_on(wanted);
    address = listener.address.text();
    connections.emplace(
      std::move(listener.socket), setting.connections_max, [this](int socket) { serve(socket); },
      [this](int socket) { turn_away(socket); });
  }

  void serve(int socket) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (!tls) {
      control::PlainStream bytes(socket);
      dialogue.serve(bytes);
    } else if (const auto bytes =
                 tls->accept(socket, std::chrono::steady_clock::now() + setting.idle_max)) {
      dialogue.serve(*bytes);
    }
  }

  /// Of who speaks TLS there is nothing that can be said in time.
  void turn_away(int socket) const {
    constexpr std::string_view busy = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
                                      "Retry-After: 1\r\nContent-Length: 0\r\n\r\n";
    if (!tls)
      (void)control::write_all(socket, busy, std::chrono::steady_clock::now());
  }

  const HttpServerSetting setting;
  const control::TcpAddress wanted;
  std::string address{};
  control::HttpSite site;
  control::HttpDialogue dialogue;
  std::optional<control::TlsServer> tls{};
  std::optional<control::Connections> connections{};
};

HttpServer::HttpServer(HttpServerSetting setting, ApiChannel& api)
  : impl_(new Impl(std::move(setting), api)) {}

HttpServer::~HttpServer() = default;

const std::string& HttpServer::address() const noexcept {
  return impl_->address;
}

} // namespace zzz_jobs::node
