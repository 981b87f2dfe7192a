#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace zzz_jobs::runtime {

/// Where the store actor says that its turns fail, for whoever looks. Any thread.
class TroubleBoard {
public:
  using Time = std::chrono::steady_clock::time_point;

  void failed(std::string error, Time since, std::uint64_t outcomes_waiting) {
    const std::lock_guard lock(mutex_);
    trouble_ = StoreTrouble{.error = std::move(error), .outcomes_waiting = outcomes_waiting};
    since_ = since;
  }
  void recovered() {
    const std::lock_guard lock(mutex_);
    trouble_.reset();
  }
  [[nodiscard]] std::optional<StoreTrouble> now() const {
    const std::lock_guard lock(mutex_);
    auto trouble = trouble_;
    if (trouble)
      trouble->since =
        std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - since_);
    return trouble;
  }

private:
  mutable std::mutex mutex_{};
  std::optional<StoreTrouble> trouble_{};
  Time since_{};
};

} // namespace zzz_jobs::runtime
