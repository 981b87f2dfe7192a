#pragma once

#include <zzz_jobs/nodes/control/fields.hpp>
#include <zzz_jobs/stores/batch.hpp>

namespace zzz_jobs::node::control {

/// The keys state, queue, worker and unique_key, of which each may be left out.
[[nodiscard]] JobFilter filter_of(QueryFields& query);
[[nodiscard]] JobFilter filter_of(Fields& fields);

} // namespace zzz_jobs::node::control
