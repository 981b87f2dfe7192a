#pragma once

#include <zzz_jobs/nodes/control/socket_io.hpp>

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace zzz_jobs::node::control {

/// Takes connections and serves each on a thread of its own, so many at once at most;
/// further ones are turned away. Whoever serves must see to it that no peer keeps a
/// thread for ever.
class Connections {
public:
  using Serve = std::function<void(int socket)>;

  /// `listening` is bound and listens. `serve` and `turn_away` may throw; the socket is
  /// closed after them.
  Connections(Fd listening, std::size_t connections_max, Serve serve, Serve turn_away);
  /// Takes no more; reads of open connections end, what is being answered is answered.
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  [[nodiscard]] std::size_t open();

private:
  struct Connection {
    Fd socket{};
    std::thread thread{};
    bool ended = false; ///< its thread needs only be joined
  };

  void accept_all();
  void accept_one();
  void run(Connection& connection);
  void join_ended();

  Fd listening_;
  Fd stopping_;       ///< readable once this ends
  Fd stopping_write_; ///< closing it makes it so
  std::size_t connections_max_;
  Serve serve_;
  Serve turn_away_;
  std::mutex mutex_{};
  std::list<Connection> connections_{};
  std::thread acceptor_{};
};

} // namespace zzz_jobs::node::control
