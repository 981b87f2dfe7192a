#pragma once

#include <zzz_jobs/config/node/load.hpp>
#include <zzz_jobs/nodes/cli/cli.hpp>
#include <zzz_jobs/nodes/control/api.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace zzz_jobs::node {

/// The configuration that `file` (empty: the default file, if there is one), the
/// environment and `settings` make.
[[nodiscard]] ConfigSources sources_of(const std::filesystem::path& file,
                                       std::vector<std::string> settings,
                                       std::map<std::string, std::string> environment);

/// Opens what `target` means: the node behind a socket or an URL; else the node of the
/// configuration, and where none answers, its store, in this process (unless the node
/// alone is meant).
/// @throws Error(invalid_argument) for a configuration that does not hold, or that has
/// no store to open; Error(unavailable) where nobody answers; as the store does.
[[nodiscard]] std::unique_ptr<ApiChannel>
open_target(const cli::Target& target, const std::map<std::string, std::string>& environment);

} // namespace zzz_jobs::node
