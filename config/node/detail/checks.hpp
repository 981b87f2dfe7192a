#pragma once

#include <zzz_jobs/config/node/load.hpp>

namespace zzz_jobs::node::detail {

/// Fills what follows from other keys: the host's name, the kind of the store, retry
/// strategies.
void complete(LoadedConfig& loaded, bool queues_given);

/// What no key can know alone.
void check(LoadedConfig& loaded);

} // namespace zzz_jobs::node::detail
