#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/nodes/cluster/store_wire.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zzz_jobs::node {

/// Carries out what a guest asks for, batches apart, with the store to itself; the
/// queues here hear of it where it concerns them. The answer is the result's text.
/// @throws what the store throws; Error(invalid_argument) for arguments that cannot
/// be read.
[[nodiscard]] std::string answer_at_desk(StoreVerb verb, std::string_view body, AnyStore& store,
                                         Guest& guest, AnySupervisor& host);

/// The guest leaves in order: `body` has what was adopted elsewhere, or nothing.
/// @throws Error(invalid_argument).
void say_good_bye(std::string_view body, Guest& guest);

/// New jobs that break a limit of this node are taken out of the batch; which they
/// were, and why. @throws Error(invalid_argument) for what makes no batch.
[[nodiscard]] std::vector<std::pair<std::size_t, Enqueued>> refuse_bad_rows(Batch& batch,
                                                                            const Limits& limits);

/// Puts their answers where the guest expects them.
void add_refused(BatchResult& result, std::vector<std::pair<std::size_t, Enqueued>> refused);

} // namespace zzz_jobs::node
