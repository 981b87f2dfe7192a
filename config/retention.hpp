#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace zzz_jobs {

/// How long jobs of one final state are kept; unset keeps everything.
struct Retention {
  std::optional<std::chrono::seconds> age{}; ///< deleted when final for longer
  std::optional<std::int64_t> count{};       ///< the newest so many are kept
};

/// Retention of each final state.
struct PrunePolicy {
  Retention completed{};
  Retention discarded{};
  Retention cancelled{};
};

} // namespace zzz_jobs
