#pragma once

#include <zzz_jobs/config/node/node_config.hpp>

#include <algorithm>
#include <chrono>

namespace zzz_jobs::node {

/// How long a supervisor that ends must wait for a worker's programs after it has told
/// them to: until they are killed, and a moment. At most what a supervisor may wait.
[[nodiscard]] inline std::chrono::milliseconds stop_grace_for(const CommandSection& worker) {
  constexpr std::chrono::milliseconds supervisor_max = std::chrono::minutes{10};
  return std::min<std::chrono::milliseconds>(worker.stop_grace + std::chrono::seconds{1},
                                             supervisor_max);
}

} // namespace zzz_jobs::node
