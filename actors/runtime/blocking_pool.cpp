#include <zzz_jobs/actors/runtime/blocking_pool.hpp>

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

constexpr auto idle_time_max = std::chrono::seconds{10};

} // namespace

struct BlockingPool::State {
  std::mutex mutex{};
  std::condition_variable work{};
  std::deque<Task> tasks{};
  std::size_t threads = 0;
  std::size_t idle = 0;
  bool closing = false;
};

BlockingPool::BlockingPool() : state_(std::make_shared<State>()) {}

BlockingPool::~BlockingPool() {
  const std::lock_guard lock(state_->mutex);
  state_->closing = true;
  state_->work.notify_all();
}

bool BlockingPool::submit(Task task) {
  const std::lock_guard lock(state_->mutex);
  state_->tasks.push_back(std::move(task));
  if (state_->idle >= state_->tasks.size()) {
    state_->work.notify_one();
    return true;
  }
  try {
    std::thread([state = state_] { serve(state); }).detach();
    ++state_->threads;
    return true;
  } catch (const std::system_error&) {
    // Out of threads: the ones there are take it, if there are any.
    if (state_->threads == 0) {
      state_->tasks.pop_back();
      throw;
    }
    return false;
  }
}

std::size_t BlockingPool::threads() const {
  const std::lock_guard lock(state_->mutex);
  return state_->threads;
}

void BlockingPool::serve(const std::shared_ptr<State>& state) {
  pthread_setname_np(pthread_self(), "zzz.handler"); // it inherited CAF's
  std::unique_lock lock(state->mutex);
  const auto wanted = [&] { return state->closing || !state->tasks.empty(); };
  for (;;) {
    ++state->idle;
    const bool woken = state->work.wait_for(lock, idle_time_max, wanted);
    --state->idle;
    if (!woken || state->tasks.empty())
      break;
    auto task = std::move(state->tasks.front());
    state->tasks.pop_front();
    lock.unlock();
    task();
    task = nullptr; // what it holds is let go of outside the lock
    lock.lock();
  }
  --state->threads;
}

} // namespace zzz_jobs::runtime
