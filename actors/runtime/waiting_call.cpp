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

/// The store that this thread has to itself for the moment, and whose it is.
struct StoreOfThread {
  const Directory* owner = nullptr;
  AnyStore* store = nullptr;
};
thread_local StoreOfThread store_of_thread{};

class MarkStoreOfThread {
public:
  MarkStoreOfThread(const Directory& owner, AnyStore& store)
    : before_(std::exchange(store_of_thread, {&owner, &store})) {}
  ~MarkStoreOfThread() { store_of_thread = before_; }
  MarkStoreOfThread(const MarkStoreOfThread&) = delete;
  MarkStoreOfThread& operator=(const MarkStoreOfThread&) = delete;

private:
  StoreOfThread before_;
};

[[noreturn]] void time_is_up(std::chrono::milliseconds timeout) {
  throw NoAnswer("store: no answer within " + std::to_string(timeout.count())
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
  if (answer.wait_for(begun_patience) == std::future_status::ready)
    return;
  if (call.gate.withdraw()) // its turn failed meanwhile
    time_is_up(timeout);
  if (answer.wait_for(std::chrono::milliseconds{0}) != std::future_status::ready)
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
    if (directory.closed())
      throw Error(errc::not_allowed, "supervisor: it is stopped");
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
  if (store_of_thread.owner == &directory)
    throw Error(errc::not_allowed,
                "enqueue: called from work that has the store to itself, which "
                "it would wait for; use the store's own apply there");
  using Answers = std::vector<Enqueued>;
  // A call that its store actor did not come to still has the jobs.
  std::shared_ptr<EnqueueCall> last;
  return call_store<Answers, EnqueueMsg>(directory, timeout, [&](auto promise) {
    if (last && last->jobs.size() != last->count)
      throw Error(errc::in_doubt, "store: its actor ended in the middle of the enqueue");
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
  if (store_of_thread.owner == &directory)
    return work(*store_of_thread.store);
  call_store<void, StoreCallMsg>(directory, timeout, [&](auto promise) {
    auto guarded = [&](AnyStore& store) {
      const MarkStoreOfThread mark{directory, store};
      work(store);
    };
    return std::make_shared<StoreCall>(
      std::move(guarded), [promise](const std::exception_ptr& error) {
        error ? promise->set_exception(error) : promise->set_value();
      });
  });
}

} // namespace zzz_jobs::runtime
