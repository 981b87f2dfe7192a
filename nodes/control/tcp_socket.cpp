#include <zzz_jobs/nodes/control/tcp_socket.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <system_error>

namespace zzz_jobs::node::control {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw Error(errc::invalid_argument,
              "listen: must be ADDRESS:PORT, as in 127.0.0.1:8080 or [::1]:8080, got \"" + text
                + "\"");
}

struct Free {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

/// Numbers only: a name may stand for several addresses, of which one is public.
std::unique_ptr<addrinfo, Free> resolve(const TcpAddress& address) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &list) != 0)
    return nullptr;
  return std::unique_ptr<addrinfo, Free>(list);
}

std::uint16_t port_of(const Fd& socket) {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &size) != 0)
    return 0;
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                                           : reinterpret_cast<const sockaddr_in&>(bound).sin_port);
}

} // namespace

bool TcpAddress::is_loopback() const {
  return host.starts_with("127.") || host == "::1";
}

std::string TcpAddress::text() const {
  const bool is_ip6 = host.find(':') != std::string::npos;
  return (is_ip6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

TcpAddress parse_tcp_address(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos)
    refuse(text);
  TcpAddress address{.host = text.substr(0, colon)};
  const bool has_brackets =
    address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']';
  if (has_brackets)
    address.host = address.host.substr(1, address.host.size() - 2);
  const auto* begin = text.data() + colon + 1;
  const auto* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(begin, end, address.port);
  const bool is_ip6 = address.host.find(':') != std::string::npos;
  if (problem != std::errc{} || stop != end || is_ip6 != has_brackets || !resolve(address))
    refuse(text);
  return address;
}

TcpListener listen_on(const TcpAddress& address) {
  const auto fail = [&](int error) {
    throw Error(errc::unavailable,
                "listen: " + address.text() + ": " + std::generic_category().message(error));
  };
  const auto resolved = resolve(address);
  if (!resolved)
    fail(EADDRNOTAVAIL);
  TcpListener listener{Fd(::socket(resolved->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0)), address};
  const int on = 1;
  constexpr int waiting_max = 128;
  if (!listener.socket
      || ::setsockopt(listener.socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0
      || ::bind(listener.socket.get(), resolved->ai_addr, resolved->ai_addrlen) != 0
      || ::listen(listener.socket.get(), waiting_max) != 0)
    fail(errno);
  listener.address.port = port_of(listener.socket);
  return listener;
}

} // namespace zzz_jobs::node::control
