#include <zzz_jobs/stores/detail/pg_watchdog.hpp>

#include <sys/socket.h>

#include <algorithm>

namespace zzz_jobs::detail::pg {
namespace {

/// Calls seldom take long: to look this often is early enough for all of them, and
/// none of them need wake the thread.
constexpr std::chrono::milliseconds look_interval{250};

} // namespace

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

std::uint64_t Watchdog::begin(int socket) {
  const std::lock_guard lock{mutex_};
  if (!thread_.joinable())
    thread_ = std::thread{[this] { run(); }};
  if (calls_.empty())
    changed_.notify_all();
  calls_[++last_id_] = {.socket = socket, .deadline = std::chrono::steady_clock::now() + limit_};
  return last_id_;
}

void Watchdog::end(std::uint64_t id) {
  const std::lock_guard lock{mutex_};
  calls_.erase(id);
}

void Watchdog::hurry(std::chrono::milliseconds left) {
  const std::lock_guard lock{mutex_};
  limit_ = std::min(limit_, left);
  for (auto& [id, call] : calls_)
    call.deadline = std::min(call.deadline, std::chrono::steady_clock::now() + left);
  changed_.notify_all();
}

void Watchdog::run() {
  std::unique_lock lock{mutex_};
  while (!ending_) {
    if (calls_.empty())
      changed_.wait(lock, [this] { return ending_ || !calls_.empty(); });
    else
      changed_.wait_for(lock, look_interval);
    const auto now = std::chrono::steady_clock::now();
    for (auto& [id, call] : calls_)
      if (now >= call.deadline && !call.is_over) {
        call.is_over = true;
        shutdown(call.socket, SHUT_RDWR);
      }
  }
}

} // namespace zzz_jobs::detail::pg
