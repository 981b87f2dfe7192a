#pragma once

#include <zzz_jobs/config/job_opts.hpp>
#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/config/queue_config.hpp>
#include <zzz_jobs/config/retention.hpp>
#include <zzz_jobs/config/retry_strategy.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace zzz_jobs::node {

// What a node's file says, one struct a section; the defaults are the file's. Read
// and checked by load_node_config, which alone makes one that holds.

/// Where a secret comes from: never in the file itself where others may read it.
/// Printing a Secret is a bug; `config show` writes "(set)".
class Secret {
public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  [[nodiscard]] const std::string& reveal() const noexcept { return text_; }

private:
  std::string text_{};
};

enum class StoreKind : std::uint8_t {
  memory,   ///< gone with the process
  sqlite,   ///< a file, for this node alone
  postgres, ///< shared with other nodes
  gateway,  ///< no database here: through nodes that have it
};

/// [store]
struct StoreSection {
  StoreKind kind = StoreKind::memory;
  std::filesystem::path path{}; ///< sqlite: the file; relative to the node file's folder
  bool full_durability = true;  ///< sqlite: `durability = "full"` (default) or "normal"
  Secret url{};                 ///< postgres: connection URI or string (may hold a password)
  std::string schema = "public";
  bool migrate = true;
  bool pooled = false;            ///< postgres: PgBouncer in transaction mode
  std::chrono::seconds lease{30}; ///< postgres
  std::size_t capacity = 4096;    ///< memory
  /// gateway: `zzz://HOST:PORT` each, tried in turn. Written `url = "zzz://..."` or
  /// `url = ["zzz://...", ...]`.
  std::vector<std::string> gateways{};
};

/// [[worker]]: a program that executes jobs; see make_command_worker.
struct CommandSection {
  std::string name{};
  std::vector<std::string> command{}; ///< program and arguments; no shell
  JobOpts opts{};                     ///< queue, priority, max_attempts, timeout
  RetryStrategy retry{};
  bool delete_completed = false;
  std::vector<std::pair<std::string, std::string>> environment{}; ///< added to the node's
  std::filesystem::path directory{};                              ///< empty: the node's own
  std::chrono::seconds stop_grace{5};              ///< between TERM and KILL, 0 s to 1 h
  std::chrono::seconds snooze{60};                 ///< after exit status 75
  std::optional<std::uint64_t> memory_bytes_max{}; ///< address space of the program
  std::optional<std::chrono::seconds> cpu_max{};   ///< CPU time of the program
};

/// [[plugin]]: a shared object that registers handlers; see nodes/plugin.hpp.
struct PluginSection {
  std::filesystem::path path{};
};

/// [[cron]]
struct CronSection {
  std::string name{};
  std::string expression{}; ///< five fields, or @hourly ...
  std::string worker{};
  std::string args{}; ///< text; a TOML table or array becomes JSON
  JobOpts opts{};
  std::string zone = "UTC";
  std::string missed = "latest"; ///< skip, latest, all
};

/// Certificate, key and CA of mutual TLS; all or none.
struct TlsSection {
  std::filesystem::path certificate{};
  std::filesystem::path key{};
  std::filesystem::path ca{};
  [[nodiscard]] bool is_set() const noexcept { return !certificate.empty(); }
};

/// [cluster]: links to other nodes; off unless `listen` or gateways are set.
struct ClusterSection {
  std::string listen{};    ///< "ADDRESS:PORT"; port 0 picks one. Empty: no links come in
  std::string advertise{}; ///< "HOST:PORT" that others connect to; default: what is listened on
  TlsSection tls{};        ///< needed for every address but loopback
  bool gateway = false;    ///< nodes without a database may work through this one
};

/// [http]: off unless `listen` is set.
struct HttpSection {
  std::string listen{}; ///< "ADDRESS:PORT"
  Secret token{};       ///< needed by the API; /livez, /readyz and /metrics need none on loopback
  std::filesystem::path certificate{}; ///< with key: TLS
  std::filesystem::path key{};
};

/// [control]: the socket that the zzz-jobs verbs use.
struct ControlSection {
  bool on = true;
  std::filesystem::path socket{}; ///< empty: default_control_socket
};

/// [log]
struct LogSection {
  std::string level = "info";  ///< info, warning, error
  std::string format = "text"; ///< text, json
};

/// A node's file, the environment and the flags together.
struct NodeConfig {
  std::string name{}; ///< shown to people; default: the host's name
  StoreSection store{};
  std::vector<QueueConfig> queues{}; ///< default: one, "default"
  std::vector<CommandSection> workers{};
  std::vector<PluginSection> plugins{};
  std::vector<CronSection> crons{};
  ClusterSection cluster{};
  HttpSection http{};
  ControlSection control{};
  LogSection log{};
  PrunePolicy retention{}; ///< default: completed 1 day, discarded and cancelled 7 days
  std::chrono::milliseconds poll_interval{1000};
  std::chrono::milliseconds shutdown_timeout{30'000};
  std::chrono::milliseconds stop_grace{2'000};
  std::chrono::milliseconds store_timeout{10'000};
  Limits limits{};
  std::filesystem::path file{}; ///< where it was read; empty: nowhere
};

} // namespace zzz_jobs::node
