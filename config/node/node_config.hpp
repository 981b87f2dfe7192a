#pragma once

#include <zzz_jobs/config/job_opts.hpp>
#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/config/queue_config.hpp>
#include <zzz_jobs/config/retention.hpp>
#include <zzz_jobs/config/retry_strategy.hpp>
#include <zzz_jobs/config/supervisor_config.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace zzz_jobs::node {

// What a node's file says, one struct a section; the defaults are the file's. Read
// and checked by load_node_config, which alone makes one that holds. Every key, with
// unit, default and range, is in docs/node-file.md.

/// A text that is never shown: printing what `reveal` gives is a bug, `config show`
/// writes "(set)".
class Secret {
public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  [[nodiscard]] const std::string& reveal() const noexcept { return text_; }
  bool operator==(const Secret&) const = default;

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
  std::chrono::milliseconds busy_timeout{5000}; ///< sqlite
  Secret url{};                   ///< postgres: connection URI or string (may hold a password)
  std::string schema = "public";  ///< postgres
  bool migrate = true;            ///< postgres
  bool pooled = false;            ///< postgres: PgBouncer in transaction mode
  std::chrono::seconds lease{30}; ///< postgres
  std::chrono::milliseconds look_interval{1000};    ///< postgres
  std::chrono::seconds connect_timeout{5};          ///< postgres
  std::chrono::milliseconds answer_timeout{30'000}; ///< postgres
  std::size_t capacity = 4096;                      ///< memory
  /// gateway: `zzz://HOST:PORT` each, tried in turn; see gateway_address. Written
  /// `url = "zzz://..."` or `url = ["zzz://...", ...]`.
  std::vector<std::string> gateways{};
};

/// How a failed job of a command worker waits, as the file says it.
struct RetrySection {
  enum class Kind : std::uint8_t { exponential, linear, constant };
  Kind kind = Kind::exponential;
  std::optional<std::chrono::seconds> base{}; ///< unset: the kind's own
  std::optional<std::chrono::seconds> max{};  ///< exponential
  std::optional<bool> jitter{};               ///< unset: the kind's own
};

/// [[worker]]: a program that executes jobs; see make_command_worker.
struct CommandSection {
  std::string name{};
  std::vector<std::string> command{}; ///< program and arguments; no shell
  JobOpts opts{};                     ///< queue, priority, max_attempts, timeout
  RetryStrategy retry{};              ///< what retry_keys says
  RetrySection retry_keys{};
  bool delete_completed = false;
  std::vector<std::pair<std::string, std::string>> environment{}; ///< added to the node's
  /// Variables of the node's environment that the program does not get: those that
  /// url_env and token_env name.
  std::vector<std::string> withheld{};
  std::filesystem::path directory{};               ///< empty: the node's own
  std::chrono::seconds stop_grace{5};              ///< between TERM and KILL, 0 s to 1 h
  std::chrono::seconds snooze{60};                 ///< after exit status 75, 0 s to 365 d
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

/// Defaults of [retention]: a node's table does not grow for ever.
[[nodiscard]] inline PrunePolicy default_retention() {
  using std::chrono::days;
  return {
    .completed = {.age = days{1}}, .discarded = {.age = days{7}}, .cancelled = {.age = days{7}}};
}

/// Certificate, key and CA of mutual TLS; all or none.
struct TlsSection {
  std::filesystem::path certificate{};
  std::filesystem::path key{};
  std::filesystem::path ca{};
  [[nodiscard]] bool is_set() const noexcept { return !certificate.empty(); }
};

/// [cluster]: links to other nodes.
struct ClusterSection {
  /// Whether there are any. Unset in a file: if something else of [cluster] is set, or
  /// the store is one of kind gateway.
  bool join = false;
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

/// A node's file, the environment and the flags together. The keys of [node] are
/// members of it; see SupervisorConfig for those of the same name.
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
  PrunePolicy retention = default_retention();
  std::chrono::milliseconds poll_interval{1000};
  std::chrono::milliseconds shutdown_timeout{30'000};
  std::chrono::milliseconds stop_grace{2'000};
  std::chrono::milliseconds store_timeout{10'000};
  UnknownWorkers unknown_workers = UnknownWorkers::leave;
  std::chrono::seconds rescue_after{3600};
  std::chrono::milliseconds rescue_interval{10'000};
  std::chrono::milliseconds prune_interval{60'000};
  std::uint32_t prefetch_max = 2000;
  std::uint32_t scheduler_threads = 2;
  Limits limits{};
  std::filesystem::path file{}; ///< where it was read; empty: nowhere
};

} // namespace zzz_jobs::node
