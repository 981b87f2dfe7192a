#include <zzz_jobs/actors/testing_faults.hpp>

#include <string>
#include <utility>

namespace zzz_jobs::testing {
namespace {

constexpr std::array<std::string_view, store_call_count> names{"any",
                                                               "apply",
                                                               "enqueue",
                                                               "claim",
                                                               "complete",
                                                               "fail",
                                                               "discard",
                                                               "rescue_stuck",
                                                               "count_by_state",
                                                               "pause",
                                                               "resume_queue",
                                                               "is_paused",
                                                               "delete_completed",
                                                               "get",
                                                               "list",
                                                               "counts",
                                                               "settings",
                                                               "retry",
                                                               "cancel",
                                                               "remove",
                                                               "open_claims",
                                                               "rescue_dead_owners",
                                                               "last_tick",
                                                               "cron_since",
                                                               "set_cron_paused",
                                                               "is_cron_paused",
                                                               "prune"};

} // namespace

std::string_view to_string(StoreCall call) noexcept {
  const auto index = static_cast<std::size_t>(call);
  return index < names.size() ? names[index] : "unknown";
}

void Faults::inject(Fault fault) {
  if (fault.nth == 0)
    throw Error(errc::invalid_argument, "fault: nth must be at least 1, got 0");
  if (fault.done_first && fault.error.code() != errc::in_doubt)
    throw Error(errc::invalid_argument,
                "fault: the error must be in_doubt where the call is done first, got "
                  + std::string{to_string(fault.error.code())});
  const std::lock_guard lock(mutex_);
  armed_.push_back({std::move(fault), 0});
}

void Faults::heal() {
  const std::lock_guard lock(mutex_);
  armed_.clear();
}

std::uint64_t Faults::calls(StoreCall call) const {
  const std::lock_guard lock(mutex_);
  return calls_.at(static_cast<std::size_t>(call));
}

std::uint64_t Faults::thrown() const {
  const std::lock_guard lock(mutex_);
  return thrown_;
}

std::optional<Error> Faults::begin(StoreCall call) {
  const std::lock_guard lock(mutex_);
  ++calls_[static_cast<std::size_t>(StoreCall::any)];
  ++calls_[static_cast<std::size_t>(call)];
  std::optional<Fault> due;
  for (auto& one : armed_) {
    if (one.fault.call != StoreCall::any && one.fault.call != call)
      continue;
    ++one.seen;
    if (!due && (one.fault.lasting ? one.seen >= one.fault.nth : one.seen == one.fault.nth))
      due = one.fault;
  }
  std::erase_if(armed_,
                [](const Armed& one) { return !one.fault.lasting && one.seen >= one.fault.nth; });
  if (!due)
    return std::nullopt;
  ++thrown_;
  if (!due->done_first)
    throw due->error;
  return due->error;
}

} // namespace zzz_jobs::testing
