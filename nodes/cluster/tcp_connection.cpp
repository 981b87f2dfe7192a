#include <zzz_jobs/nodes/cluster/tcp_connection.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

namespace zzz_jobs::node {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const Endpoint& to, const std::string& reason) {
  throw Error{errc::unavailable, "cannot connect to " + to_string(to) + ": " + reason};
}

struct FreeAddresses {
  void operator()(addrinfo* first) const { freeaddrinfo(first); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Addresses addresses_of(const Endpoint& to) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int answer = getaddrinfo(to.host.c_str(), std::to_string(to.port).c_str(), &hints, &first);
  if (answer != 0)
    fail(to, gai_strerror(answer));
  return Addresses{first};
}

/// 0 when connected, else an errno.
int wait_for(int socket, Clock::time_point end) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd ready{.fd = socket, .events = POLLOUT, .revents = 0};
    const int count = poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (count == 0)
      return ETIMEDOUT;
    if (count < 0 && errno != EINTR)
      return errno;
    if (count > 0)
      break;
  }
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

/// The socket, or a negative errno.
int try_address(const addrinfo& address, Clock::time_point end) {
  const int socket = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0)
    return -errno;
  int error = 0;
  if (::connect(socket, address.ai_addr, address.ai_addrlen) != 0)
    error = errno == EINPROGRESS ? wait_for(socket, end) : errno;
  if (error != 0) {
    ::close(socket);
    return -error;
  }
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

} // namespace

int open_tcp_connection(const Endpoint& to, std::chrono::milliseconds limit) {
  const auto end = Clock::now() + limit;
  const auto addresses = addresses_of(to);
  int last = -EHOSTUNREACH;
  for (const auto* address = addresses.get(); address; address = address->ai_next) {
    last = try_address(*address, end);
    if (last >= 0)
      return last;
  }
  fail(to, std::strerror(-last));
}

} // namespace zzz_jobs::node
