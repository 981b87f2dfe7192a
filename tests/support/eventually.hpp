#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace zzz_jobs::support {

/// Waits until `condition` holds, looking at it every millisecond; false if it
/// does not hold within the deadline, which is generous: machines are slow.
template <class Condition>
[[nodiscard]] bool eventually(Condition&& condition,
                              std::chrono::milliseconds deadline = std::chrono::seconds{20}) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end)
      return false;
    never.wait_for(lock, std::chrono::milliseconds{1});
  }
  return true;
}

/// A door that handlers wait at until the test opens it.
class Door {
public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    --waiting_;
    changed_.notify_all();
  }
  /// True once so many wait at it.
  [[nodiscard]] bool has_waiting(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return waiting_ >= count; });
  }
  [[nodiscard]] int waiting() {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }
  /// Handlers may outlive their supervisor: nobody is left in `wait`.
  ~Door() {
    std::unique_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return waiting_ == 0; });
  }
  Door() = default;
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

private:
  std::mutex mutex_{};
  std::condition_variable changed_{};
  bool open_ = false;
  int waiting_ = 0;
};

} // namespace zzz_jobs::support
