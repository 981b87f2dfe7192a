#pragma once

#include <zzz_jobs/nodes/control/context.hpp>
#include <zzz_jobs/stores/job.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace zzz_jobs::node::control {

/// One reason for what a job does or does not do.
struct Reason {
  std::string code{};                  ///< a fixed word; see docs/http-api.md
  std::string text{};                  ///< a sentence
  std::string action{};                ///< what would change it; empty: nothing needs to
  std::optional<std::int64_t> count{}; ///< behind: jobs before it
};

struct Why {
  /// It runs, or will without anybody doing anything; none: that cannot be known here.
  std::optional<bool> runs = false;
  std::vector<Reason> reasons{}; ///< never empty; what holds it most comes first
};

/// Why the job does not run, as far as this node can know. @throws Error(unavailable).
[[nodiscard]] Why why(Context& context, const Job& job);

} // namespace zzz_jobs::node::control
