#pragma once

#include <zzz_jobs/actors/runtime/directory.hpp>
#include <zzz_jobs/actors/runtime/store_calls.hpp>

#include <chrono>
#include <functional>
#include <vector>

namespace zzz_jobs::runtime {

// For threads that are no actors: a call of the store actor that waits for the
// answer. If the store actor is replaced meanwhile, the call goes to its
// successor. After `timeout` it is taken back and Error(unavailable) thrown, or
// Error(in_doubt) where the store has begun with it and does not come back.

/// The store has not come to the call in time; nothing happened.
class NoAnswer : public Error {
public:
  explicit NoAnswer(const std::string& text) : Error(errc::unavailable, text) {}
};

[[nodiscard]] std::vector<Enqueued> wait_for_enqueue(const Directory& directory,
                                                     std::vector<NewJob> jobs,
                                                     std::chrono::milliseconds timeout);

/// `work` runs on the store actor's thread, or here if this is that thread.
void wait_for_store(const Directory& directory, const std::function<void(AnyStore&)>& work,
                    std::chrono::milliseconds timeout);

} // namespace zzz_jobs::runtime
