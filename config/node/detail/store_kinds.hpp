#pragma once

#include <zzz_jobs/config/node/node_config.hpp>

#include <string>
#include <string_view>

namespace zzz_jobs::node::detail {

/// "sqlite", as the file writes it.
[[nodiscard]] std::string to_string(StoreKind kind);

/// Whether a key of [store] has an effect on a store of this kind.
[[nodiscard]] bool applies(StoreKind kind, std::string_view key);

} // namespace zzz_jobs::node::detail
