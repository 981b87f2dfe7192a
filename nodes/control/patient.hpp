#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace zzz_jobs::node::control {

/// Asks, on a thread of its own, something that may take long to answer, for many who
/// cannot wait: a probe of health must not hang with the store. Any thread.
template <class T>
class Patient {
public:
  struct Answer {
    std::shared_ptr<const T> value{}; ///< null: it failed, or did not come in time
    std::string error{};              ///< then
  };

  explicit Patient(std::function<T()> question)
    : question_(std::move(question)), thread_([this] { run(); }) {}
  /// Waits for the question under way.
  ~Patient() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Patient(const Patient&) = delete;
  Patient& operator=(const Patient&) = delete;

  /// An answer that is not older than `age_max`, else what comes within `patience`.
  [[nodiscard]] Answer ask(std::chrono::milliseconds age_max, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (answers_ > 0 && now - answered_at_ <= age_max)
      return answer_;
    const auto before = answers_;
    is_wanted_ = is_wanted_ || !is_asking_; // what is under way serves this one, too
    changed_.notify_all();
    if (changed_.wait_until(lock, now + patience, [&] { return answers_ > before; }))
      return answer_;
    const auto waits = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - asked_at_);
    return {nullptr, "no answer for " + std::to_string(waits.count()) + " ms"};
  }

private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return ending_ || is_wanted_; });
      if (ending_)
        return;
      is_wanted_ = false;
      is_asking_ = true;
      asked_at_ = std::chrono::steady_clock::now();
      lock.unlock();
      Answer answer = answer_now();
      lock.lock();
      answer_ = std::move(answer);
      answered_at_ = std::chrono::steady_clock::now();
      ++answers_;
      is_asking_ = false;
      changed_.notify_all();
    }
  }

  Answer answer_now() const {
    try {
      return {std::make_shared<const T>(question_()), {}};
    } catch (const std::exception& error) {
      return {nullptr, error.what()};
    }
  }

  const std::function<T()> question_;
  std::mutex mutex_{};
  std::condition_variable changed_{};
  bool is_wanted_ = false;
  bool is_asking_ = false;
  bool ending_ = false;
  std::uint64_t answers_ = 0;
  std::chrono::steady_clock::time_point asked_at_{};
  std::chrono::steady_clock::time_point answered_at_{};
  Answer answer_{};
  std::thread thread_; ///< last: it uses all of the above
};

} // namespace zzz_jobs::node::control
