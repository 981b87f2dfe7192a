#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

namespace zzz_jobs::detail::pg {

/// Sets a limit to libpqxx's calls, which wait for a server without one: when the
/// time is up the connection's socket is shut down, and the call fails as if the
/// connection were lost. Any thread.
class Watchdog {
public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Watchdog(std::chrono::milliseconds limit) : limit_(limit) {}
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// As long as it lives, the call on `socket` is watched.
  class Guard {
  public:
    Guard(Watchdog& dog, int socket) : dog_(dog), id_(dog.begin(socket)) {}
    ~Guard() { dog_.end(id_); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

  private:
    Watchdog& dog_;
    std::uint64_t id_;
  };

  /// From now on no call takes longer than `left`, those under way included: the
  /// store ends.
  void hurry(std::chrono::milliseconds left);

private:
  struct Call {
    int socket = -1;
    Time deadline{};
    bool is_over = false; ///< its socket is shut down
  };
  std::uint64_t begin(int socket);
  void end(std::uint64_t id);
  void run();

  std::chrono::milliseconds limit_;
  std::mutex mutex_{};
  std::condition_variable changed_{};
  std::map<std::uint64_t, Call> calls_{};
  std::uint64_t last_id_ = 0;
  bool ending_ = false;
  std::thread thread_{}; ///< from the first call on
};

} // namespace zzz_jobs::detail::pg
