#pragma once

#include <zzz_jobs/actors/notice.hpp>

#include <atomic>
#include <mutex>
#include <utility>

namespace zzz_jobs::runtime {

/// Where what happens here is told to other nodes. Any thread.
class NoticeHub {
public:
  /// When it returns, the sink before is called no more.
  void set(NoticeSink sink) {
    const std::lock_guard lock(mutex_);
    sink_ = std::move(sink);
    active_ = static_cast<bool>(sink_);
  }
  /// Whether anybody listens: ask before making notices.
  [[nodiscard]] bool active() const noexcept { return active_.load(std::memory_order_relaxed); }
  void tell(const Notice& notice) const {
    if (!active())
      return;
    const std::lock_guard lock(mutex_);
    if (sink_)
      sink_(notice);
  }

private:
  mutable std::mutex mutex_{};
  NoticeSink sink_{};
  std::atomic<bool> active_{false};
};

} // namespace zzz_jobs::runtime
