#pragma once

#include <zzz_jobs/config/node/node_config.hpp>
#include <zzz_jobs/config/node/origin.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace zzz_jobs::node {

/// What a node's configuration is made of; what comes later counts more.
struct ConfigSources {
  /// A TOML file; none: defaults. One that is named must exist.
  std::optional<std::filesystem::path> file{};
  /// Variables by name; those that begin with ZZZ_JOBS_ are looked at:
  /// ZZZ_JOBS_SECTION_KEY, of a named entry ZZZ_JOBS_SECTION_NAME_KEY, in capitals,
  /// with an underscore for all but letters and digits. An empty one counts as unset.
  std::map<std::string, std::string> environment{};
  /// "SECTION.KEY=VALUE", of a named entry "SECTION.NAME.KEY=VALUE"; without a value
  /// it is the default again.
  std::vector<std::string> flags{};
};

/// All variables of this process.
[[nodiscard]] std::map<std::string, std::string> process_environment();

/// What was read. Where there are problems that are no warnings, `config` has
/// defaults in their place and must not be used for a node.
struct LoadedConfig {
  NodeConfig config{};
  std::vector<ConfigProblem> problems{}; ///< in the file's order, then the others
  /// Who set a key, such as "queue.mail.concurrency"; keys with defaults are not in it.
  std::map<std::string, Origin> origins{};

  /// Whether a node may run with it; warnings do not count.
  [[nodiscard]] bool holds() const;
};

/// Reads, merges and checks; finds all problems at once. Throws nothing but what
/// memory lacks.
[[nodiscard]] LoadedConfig load_node_config(const ConfigSources& sources);

/// @throws Error(invalid_argument) with every problem on a line of its own, unless
/// `loaded` holds.
void require_valid(const LoadedConfig& loaded);

/// Keys whose values differ, such as "queue.mail.concurrency", secrets included: what
/// a file that was read again changes.
[[nodiscard]] std::vector<std::string> changed_keys(const NodeConfig& before,
                                                    const NodeConfig& after);

/// Which file is read if none is named: what $ZZZ_JOBS_CONFIG says, else the first of
/// ./zzz-jobs.toml and /etc/zzz-jobs/zzz-jobs.toml that exists, else none.
[[nodiscard]] std::optional<std::filesystem::path>
default_config_file(const std::map<std::string, std::string>& environment);

/// Where the node's control socket is: [control] socket; else beside an SQLite file
/// (FILE.sock); else NAME.sock in $RUNTIME_DIRECTORY, /run/zzz-jobs (of root, and of
/// the user that it belongs to), $XDG_RUNTIME_DIR/zzz-jobs or /tmp/zzz-jobs-UID, in
/// that order.
[[nodiscard]] std::filesystem::path
default_control_socket(const NodeConfig& config,
                       const std::map<std::string, std::string>& environment);

/// "sqlite", as the file writes it.
[[nodiscard]] std::string store_name(StoreKind kind);

/// The supervisor's part of it; `log` is left as it is by default.
[[nodiscard]] SupervisorConfig supervisor_config_of(const NodeConfig& config);

} // namespace zzz_jobs::node
