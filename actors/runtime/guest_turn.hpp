#pragma once

#include <zzz_jobs/actors/runtime/turn.hpp>

#include <memory>
#include <vector>

namespace zzz_jobs::runtime {

// How the batches of guests become part of a turn: behind what is the node's own,
// which is then as if it were alone. In claims now these come first, now those, so
// that in a queue which has too few jobs nobody goes without.

/// Takes the batches of guests that wait, as far as they fit.
void join_guests(Waiting& waiting, Turn& turn, const Shared& shared);

/// After a turn that did not happen: takes the batches out of it again.
[[nodiscard]] std::vector<std::shared_ptr<GuestCall>> part_guests(Turn& turn);

/// A guest's part of a turn.
struct GuestPart {
  std::shared_ptr<GuestCall> call{}; ///< has its batch, as the store has left it
  BatchResult result{};
};

/// After the turn: takes the batches and their results out of it.
[[nodiscard]] std::vector<GuestPart> part_guests(Turn& turn, BatchResult& result);

} // namespace zzz_jobs::runtime
