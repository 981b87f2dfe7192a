#pragma once

#include <zzz_jobs/nodes/cli/style.hpp>

#include <zzz_jobs/config/clock.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace zzz_jobs::node::cli {

/// What a node said at one moment.
struct Moment {
  std::chrono::steady_clock::time_point at{};
  nlohmann::json version{};
  nlohmann::json stats{};
  nlohmann::json nodes{};
  nlohmann::json jobs{}; ///< some that run
};

/// The lines of `top`. `before`: an earlier moment, for what happens a second; null:
/// none yet.
[[nodiscard]] std::vector<std::string> top_frame(const Moment& now, const Moment* before,
                                                 const Style& style, UnixTime time);

} // namespace zzz_jobs::node::cli
