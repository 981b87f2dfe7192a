#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace zzz_jobs::node::test {

/// Stands between a program and a port of this machine, and does to their
/// connections what networks do. Any thread.
class TcpProxy {
public:
  explicit TcpProxy(std::uint16_t server_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  [[nodiscard]] std::string url() const { return "zzz://127.0.0.1:" + std::to_string(port_); }

  /// Ends the connections that are there.
  void cut();
  /// Nobody comes through: what is there ends, what comes is turned away.
  void refuse(bool all);
  /// What the server says is lost from now on; the connections stay.
  void lose_answers(bool all);
  /// Bytes that were lost since.
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }
  /// Connections that were let through.
  [[nodiscard]] int connections() const noexcept { return connections_; }

private:
  struct Pair {
    int client = -1;
    int server = -1;
  };
  void run();
  void act(const std::function<void()>& what);
  void accept_one();
  [[nodiscard]] static bool pass(int from, int to, bool lose, std::atomic<std::uint64_t>& lost);
  static void close_both(Pair& pair);

  std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  int bell_ = -1;      ///< an eventfd
  std::mutex mutex_{}; ///< for what follows
  std::list<Pair> pairs_{};
  bool refusing_ = false;
  bool losing_ = false;
  bool stopping_ = false;
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<int> connections_{0};
  std::thread thread_{};
};

} // namespace zzz_jobs::node::test
