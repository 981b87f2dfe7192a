#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace zzz_jobs::runtime {

/// Threads for code that may block: handlers and telemetry handlers. A thread
/// starts when a task finds none idle, and ends after ten idle seconds. Tasks
/// must not throw. Any thread.
///
/// The destructor waits for nobody, since a handler may never return: what still
/// runs keeps what it uses alive by itself.
class BlockingPool {
public:
  using Task = std::function<void()>;

  BlockingPool();
  ~BlockingPool();
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  /// False if the task waits for a thread, since none more can be started.
  /// @throws std::system_error if there is none at all.
  bool submit(Task task);

  [[nodiscard]] std::size_t threads() const;

private:
  struct State;
  static void serve(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;
};

} // namespace zzz_jobs::runtime
