#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>

namespace zzz_jobs::node {

/// Whether nothing of this supervisor's queues runs, is due, or waits for a worker
/// that is registered here, and no cron entry has a tick to be fired. Jobs of paused queues, of
/// other nodes' workers and of a later time do not count.
/// @throws Error(unavailable) if the store does not answer.
[[nodiscard]] bool is_idle(AnySupervisor& supervisor);

} // namespace zzz_jobs::node
