#pragma once

#include <zzz_jobs/config/node/load.hpp>

#include <string>

namespace zzz_jobs::node {

struct ShowOptions {
  bool origin = false; ///< who set each value
  bool json = false;   ///< else TOML, which can be read again but for its secrets
};

/// The configuration as it counts, defaults included. Secrets are "(set)".
[[nodiscard]] std::string show_config(const LoadedConfig& loaded, const ShowOptions& options = {});

} // namespace zzz_jobs::node
