#pragma once

#include <zzz_jobs/actors/runtime/shared.hpp>
#include <zzz_jobs/stores/any_store.hpp>

#include <cstddef>
#include <vector>

namespace zzz_jobs::runtime {

/// What became of executions whose owners are dead, as events.
struct Rescued {
  std::vector<Event> events{};
  std::size_t discarded = 0; ///< of them, those that were the last attempt
};

/// @throws Error, whatever the store throws.
[[nodiscard]] Rescued rescue_dead_owners(AnyStore& store);

/// Counts them, and publishes the events: on no lock that a telemetry handler may need.
void tell(Rescued rescued, Shared& shared);

} // namespace zzz_jobs::runtime
