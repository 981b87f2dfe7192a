#pragma once

#include <zzz_jobs/nodes/workers/descriptor.hpp>

#include <functional>
#include <optional>
#include <stop_token>

namespace zzz_jobs::node {

/// Makes a descriptor readable when a stop token fires, for who waits in poll.
class StopBell {
public:
  /// @throws Error(unavailable) without descriptors.
  explicit StopBell(std::stop_token token);
  [[nodiscard]] int event() const noexcept { return event_.number(); }

private:
  Descriptor event_;
  std::optional<std::stop_callback<std::function<void()>>> callback_{};
};

} // namespace zzz_jobs::node
