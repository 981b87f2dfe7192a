#pragma once

#include <zzz_jobs/stores/pg_store.hpp>

namespace zzz_jobs::detail::pg {

/// As it is used: with a log that can be called.
/// @throws Error(invalid_argument) naming the field and its range.
[[nodiscard]] PgStore::Config checked(PgStore::Config config);

} // namespace zzz_jobs::detail::pg
