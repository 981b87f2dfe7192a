#include <zzz_jobs/actors/runtime/waiting_call.hpp>

#include <zzz_jobs/actors/runtime/messages.hpp>

#include <caf/all.hpp>

#include <future>
#include <memory>
#include <thread>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

using namespace std::chrono_literals;

/// How long a call that the store has begun with is waited for beyond the time
/// limit: longer than SQLite's busy timeout.
constexpr auto begun_patience = 10s;

/// Set while this thread runs a StoreCall.
thread_local AnyStore* store_of_this_thread = nullptr;

class StoreOfThisThread {
public:
  explicit StoreOfThisThread(AnyStore& store) { store_of_this_thread = &store; }
  ~StoreOfThisThread() { store_of_this_thread = nullptr; }
  StoreOfThisThread(const StoreOfThisThread&) = delete;
  StoreOfThisThread& operator=(const StoreOfThisThread&) = delete;
};

[[noreturn]] void time_is_up(std::chrono::milliseconds timeout) {
  throw Error(errc::unavailable,
              "store: no answer within " + std::to_string(timeout.count())
                + " ms; nothing happened");
}

/// Waits for the answer, or takes the call back when its time is up. A call that
/// the store has begun with is waited for: an enqueue for some time more, other
/// work without limit, since it may refer to the caller's variables.
void wait(std::future<std::vector<Enqueued>>& answer, EnqueueCall& call, SteadyTime deadline,
          std::chrono::milliseconds timeout) {
  if (answer.wait_until(deadline) == std::future_status::ready)
    return;
  if (call.gate.withdraw())
    time_is_up(timeout);
  if (answer.wait_for(begun_patience) != std::future_status::ready)
    throw Error(errc::in_doubt, "store: the enqueue has begun and its commit does not come back");
}

void wait(std::future<void>& answer, StoreCall& call, SteadyTime deadline,
          std::chrono::milliseconds timeout) {
  if (answer.wait_until(deadline) == std::future_status::ready)
    return;
  if (call.gate.withdraw())
    time_is_up(timeout);
  answer.wait();
}

caf::actor current_store(const Directory& directory, SteadyTime deadline,
                         std::chrono::milliseconds timeout) {
  for (;;) {
    if (auto store = directory.store())
      return store;
    if (std::chrono::steady_clock::now() >= deadline)
      time_is_up(timeout);
    std::this_thread::sleep_for(1ms); // it is being replaced
  }
}

/// Makes and sends calls until one is answered by a store actor. `make` takes
/// the promise to keep.
template <class T, class Message, class Make>
T call_store(const Directory& directory, std::chrono::milliseconds timeout, const Make& make) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto store = current_store(directory, deadline, timeout);
    auto promise = std::make_shared<std::promise<T>>();
    auto answer = promise->get_future();
    auto call = make(std::move(promise));
    caf::anon_send(store, Message{handed_over(call)});
    wait(answer, *call, deadline, timeout);
    call.reset();
    try {
      return answer.get();
    } catch (const StoreActorEnded&) {
      if (std::chrono::steady_clock::now() >= deadline)
        throw;
    }
  }
}

} // namespace

std::vector<Enqueued> wait_for_enqueue(const Directory& directory, std::vector<NewJob> jobs,
                                       std::chrono::milliseconds timeout) {
  using Answers = std::vector<Enqueued>;
  // A call that its store actor did not come to still has the jobs.
  std::shared_ptr<EnqueueCall> last;
  return call_store<Answers, EnqueueMsg>(directory, timeout, [&](auto promise) {
    if (last)
      jobs = std::move(last->jobs);
    last = std::make_shared<EnqueueCall>(
      std::move(jobs), [promise](Answers answers, const std::exception_ptr& error) {
        error ? promise->set_exception(error) : promise->set_value(std::move(answers));
      });
    return last;
  });
}

void wait_for_store(const Directory& directory, const std::function<void(AnyStore&)>& work,
                    std::chrono::milliseconds timeout) {
  if (store_of_this_thread != nullptr)
    return work(*store_of_this_thread);
  call_store<void, StoreCallMsg>(directory, timeout, [&](auto promise) {
    auto guarded = [&work](AnyStore& store) {
      const StoreOfThisThread mark{store};
      work(store);
    };
    return std::make_shared<StoreCall>(
      std::move(guarded), [promise](const std::exception_ptr& error) {
        error ? promise->set_exception(error) : promise->set_value();
      });
  });
}

} // namespace zzz_jobs::runtime
