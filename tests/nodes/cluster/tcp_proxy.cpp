#include "tcp_proxy.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace zzz_jobs::node::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

int new_socket() {
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

} // namespace

TcpProxy::TcpProxy(std::uint16_t server_port)
  : server_port_(server_port), listener_(new_socket()),
    bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || bell_ < 0 || bind(listener_, generic, size) != 0
      || listen(listener_, 32) != 0 || getsockname(listener_, generic, &size) != 0)
    throw std::system_error{errno, std::generic_category(), "proxy"};
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { run(); }};
}

TcpProxy::~TcpProxy() {
  act([this] { stopping_ = true; });
  thread_.join();
  close(listener_);
  close(bell_);
}

void TcpProxy::act(const std::function<void()>& what) {
  {
    const std::lock_guard lock{mutex_};
    what();
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(bell_, &one, sizeof one);
}

void TcpProxy::cut() {
  act([this] {
    for (auto& pair : pairs_)
      close_both(pair);
  });
}

void TcpProxy::refuse(bool all) {
  act([&] {
    refusing_ = all;
    if (all)
      for (auto& pair : pairs_)
        close_both(pair);
  });
}

void TcpProxy::lose_answers(bool all) {
  act([&] {
    losing_ = all;
    lost_ = 0;
  });
}

void TcpProxy::run() {
  for (;;) {
    std::vector<pollfd> events{{listener_, POLLIN, 0}, {bell_, POLLIN, 0}};
    {
      const std::lock_guard lock{mutex_};
      if (stopping_)
        for (auto& pair : pairs_)
          close_both(pair);
      std::erase_if(pairs_, [](const Pair& pair) { return pair.client < 0; });
      if (stopping_)
        return;
      for (const auto& pair : pairs_) {
        events.push_back({pair.client, POLLIN, 0});
        events.push_back({pair.server, POLLIN, 0});
      }
    }
    (void)poll(events.data(), events.size(), -1);
    const std::lock_guard lock{mutex_};
    std::uint64_t rung = 0;
    [[maybe_unused]] const auto read_bytes = read(bell_, &rung, sizeof rung);
    auto event = events.begin() + 2;
    for (auto& pair : pairs_) {
      const bool asked = (event++)->revents != 0;
      const bool answered = (event++)->revents != 0;
      if (pair.client < 0) // ended meanwhile
        continue;
      if ((asked && !pass(pair.client, pair.server, false, lost_))
          || (answered && !pass(pair.server, pair.client, losing_, lost_)))
        close_both(pair);
    }
    if (events[0].revents != 0)
      accept_one();
  }
}

void TcpProxy::accept_one() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0)
    return;
  Pair pair{client, new_socket()};
  const auto address = loopback(server_port_);
  if (refusing_
      || connect(pair.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close_both(pair);
    return;
  }
  ++connections_;
  pairs_.push_back(pair);
}

bool TcpProxy::pass(int from, int to, bool lose, std::atomic<std::uint64_t>& lost) {
  std::array<char, 1 << 16> bytes{};
  const auto count = recv(from, bytes.data(), bytes.size(), 0);
  if (count <= 0)
    return false;
  const auto size = static_cast<std::size_t>(count);
  if (lose) {
    lost += size;
    return true;
  }
  return send_all(to, {bytes.data(), size});
}

/// With a reset, as when a process is killed.
void TcpProxy::close_both(Pair& pair) {
  const linger at_once{1, 0};
  for (int* end : {&pair.client, &pair.server}) {
    if (*end < 0)
      continue;
    setsockopt(*end, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(*end);
    *end = -1;
  }
}

} // namespace zzz_jobs::node::test
