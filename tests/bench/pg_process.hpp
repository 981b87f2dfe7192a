#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::bench {

/// The first argument of a process that is a node on PostgreSQL.
inline constexpr std::string_view pg_node_option = "--pg-node";

/// What such a process does, and which numbers it sends meanwhile.
namespace pg_node {
inline constexpr std::string_view drain = "drain"; ///< jobs completed so far
inline constexpr std::string_view limit = "limit"; ///< the same, in the end; no node but PgLimit
inline constexpr std::string_view latency = "latency"; ///< when each handler began, in ns
inline constexpr std::string_view idle = "idle";       ///< nothing, with ten queues
} // namespace pg_node

/// That process: `--pg-node WHAT SCHEMA`. It sends numbers of eight bytes on
/// stdout, the first one when it is ready, and ends when its stdin is closed.
int run_pg_node(const std::vector<std::string>& arguments);

/// This program started anew as such a node; ends with the object.
class PgProcess {
public:
  /// Waits until it is ready.
  PgProcess(std::string_view what, const std::string& schema);
  PgProcess(const PgProcess&) = delete;
  PgProcess& operator=(const PgProcess&) = delete;
  ~PgProcess();

  /// For those that wait for it: now it works.
  void start();
  /// As `kill -9` does.
  void kill();
  /// The next number that it sends. @throws std::runtime_error where none comes.
  [[nodiscard]] std::int64_t next();
  /// The last number that has come, or that came before.
  [[nodiscard]] std::int64_t last();
  [[nodiscard]] pid_t id() const { return process_; }

private:
  [[nodiscard]] bool readable(std::chrono::milliseconds patience) const;

  pid_t process_ = 0;
  int to_ = -1;
  int from_ = -1;
  std::int64_t last_ = 0;
};

} // namespace zzz_jobs::bench
