#pragma once

#include <cstdint>
#include <functional>

namespace zzz_jobs {

/// What a shared store tells by itself, because another process did something.
enum class StoreSignal : std::uint8_t {
  jobs,        ///< A queue may have jobs to claim, or was paused or resumed.
  dead_owner,  ///< A node is dead: `rescue_dead_owners` has work.
  lost_claims, ///< Executions of this node may have been ended by others.
  back         ///< The database answers again: what failed is worth a try.
};

/// Called on a thread of the store's; must return soon and not call the store.
using StoreSignalHandler = std::function<void(StoreSignal)>;

} // namespace zzz_jobs
