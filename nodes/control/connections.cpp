#include <zzz_jobs/nodes/control/connections.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace zzz_jobs::node::control {

Connections::Connections(Fd listening, std::size_t connections_max, Serve serve, Serve turn_away)
  : listening_(std::move(listening)), connections_max_(connections_max), serve_(std::move(serve)),
    turn_away_(std::move(turn_away)) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  stopping_ = Fd(ends[0]);
  stopping_write_ = Fd(ends[1]);
  acceptor_ = std::thread([this] { accept_all(); });
}

Connections::~Connections() {
  stopping_write_ = Fd(); // the old one closes with the temporary
  acceptor_.join();
  listening_ = Fd(); // who comes now is refused, and does not wait in vain
  {
    const std::lock_guard lock(mutex_);
    for (auto& one : connections_)
      if (!one.ended)
        ::shutdown(one.socket.get(), SHUT_RD);
  }
  for (auto& one : connections_)
    one.thread.join();
}

std::size_t Connections::open() {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(connections_.begin(), connections_.end(),
                                                [](const Connection& one) { return !one.ended; }));
}

void Connections::accept_all() {
  while (true) {
    std::array<pollfd, 2> both{{{.fd = listening_.get(), .events = POLLIN, .revents = 0},
                                {.fd = stopping_.get(), .events = POLLIN, .revents = 0}}};
    if (::poll(both.data(), both.size(), -1) < 0)
      continue; // a signal
    if (both[1].revents != 0)
      return;
    if (both[0].revents != 0)
      accept_one();
  }
}

void Connections::accept_one() {
  Fd socket(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  join_ended();
  if (!socket) {
    // Out of descriptors, say: the connection stays, so not at once again.
    if (errno != ECONNABORTED && errno != EINTR && errno != EAGAIN)
      (void)wait_for(stopping_.get(), POLLIN,
                     std::chrono::steady_clock::now() + std::chrono::milliseconds{50});
    return;
  }
  try {
    if (open() >= connections_max_) {
      turn_away_(socket.get());
      return;
    }
    const std::lock_guard lock(mutex_);
    auto& one = connections_.emplace_back();
    one.socket = std::move(socket);
    try {
      one.thread = std::thread([this, &one] { run(one); });
    } catch (...) {
      connections_.pop_back();
      throw;
    }
  } catch (const std::exception&) { // no thread or memory for it: the peer may come again
  }
}

void Connections::run(Connection& connection) {
  try {
    serve_(connection.socket.get());
  } catch (const std::exception&) { // the connection ends, as if the peer had gone
  }
  const std::lock_guard lock(mutex_);
  connection.ended = true;
  connection.socket = Fd(); // the peer sees the end now, not when the thread is joined
}

void Connections::join_ended() {
  std::list<Connection> ended;
  {
    const std::lock_guard lock(mutex_);
    for (auto one = connections_.begin(); one != connections_.end();) {
      const auto next = std::next(one);
      if (one->ended)
        ended.splice(ended.end(), connections_, one);
      one = next;
    }
  }
  for (auto& one : ended)
    one.thread.join();
}

} // namespace zzz_jobs::node::control
