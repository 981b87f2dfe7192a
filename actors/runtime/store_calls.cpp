#include <zzz_jobs/actors/runtime/store_calls.hpp>

#include <utility>

namespace zzz_jobs::runtime {
namespace {

std::exception_ptr ended_error() {
  return std::make_exception_ptr(StoreActorEnded{});
}

} // namespace

void EnqueueCall::dropped() {
  if (done)
    answer({}, ended_error());
}

void EnqueueCall::answer(std::vector<Enqueued> answers, std::exception_ptr error) {
  if (const auto call = std::exchange(done, nullptr))
    call(std::move(answers), std::move(error));
}

GuestCall::~GuestCall() {
  if (applied)
    answer({}, ended_error());
}

void GuestCall::answer(BatchResult result, std::exception_ptr error) {
  if (const auto call = std::exchange(applied, nullptr))
    call(std::move(result), std::move(error));
}

void StoreCall::dropped() {
  if (const auto call = std::exchange(done, nullptr))
    call(ended_error());
}

void StoreCall::run(AnyStore& store) {
  const auto call = std::exchange(done, nullptr);
  std::exception_ptr error;
  try {
    work(store);
  } catch (...) {
    error = std::current_exception();
  }
  call(error);
}

} // namespace zzz_jobs::runtime
