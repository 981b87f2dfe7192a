#pragma once

#include <zzz_jobs/nodes/control/json.hpp>
#include <zzz_jobs/stores/job.hpp>

#include <optional>

namespace zzz_jobs::node::control {

/// Every field of a job; what it does not have is null.
[[nodiscard]] Json json_of(const Job& job);

/// Unix seconds, or null.
[[nodiscard]] Json json_of(std::optional<UnixTime> time);

/// Unix seconds.
[[nodiscard]] std::int64_t seconds_of(UnixTime time);

} // namespace zzz_jobs::node::control
