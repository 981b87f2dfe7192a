#pragma once

#include <zzz_jobs/actors/runtime/shared.hpp>
#include <zzz_jobs/stores/any_store.hpp>

#include <cstdint>
#include <vector>

namespace zzz_jobs::runtime {

// Jobs that were cancelled by somebody else than their handlers.

/// The events that tell of them, with the jobs as they are now; without those that the
/// store cannot show.
[[nodiscard]] std::vector<Event> cancelled_events(AnyStore& store,
                                                  const std::vector<std::int64_t>& ids);

/// Counts those that unique jobs have replaced; where somebody listens, the events.
[[nodiscard]] std::vector<Event>
note_replaced(AnyStore& store, const std::vector<Enqueued>& enqueued, Shared& shared);

} // namespace zzz_jobs::runtime
