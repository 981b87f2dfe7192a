#pragma once

#include "support/conversation.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// PostgreSQL servers for tests; scripts/lib/postgres*.bash start and remove them.

namespace zzz_jobs::support {

/// Where a server is, and as whom it is entered.
struct PostgresAddress {
  std::uint16_t port = 0;
  std::string password{}; ///< the superuser's; others need none
  std::string host = "127.0.0.1";
  std::uint16_t standby_port = 0; ///< of a second server on the host, or 0

  [[nodiscard]] std::string url(std::string_view user = "postgres",
                                std::string_view database = "postgres") const;
};

/// The server that all test programs of a build tree share, for tests that only
/// need a database: started by the first of them, gone some seconds after the last.
/// Where ZZZ_JOBS_POSTGRES_URL is set, as by scripts/postgres, it is that one, and
/// PgBouncer is at ZZZ_JOBS_BOUNCER_URL.
class SharedPostgres {
public:
  /// Of this process; started at the first call.
  static const SharedPostgres& get();

  [[nodiscard]] std::string url(std::string_view user = "postgres",
                                std::string_view database = "postgres") const {
    return server_.url(user, database);
  }
  /// Through PgBouncer in transaction mode; a role needs this server's password.
  [[nodiscard]] std::string bouncer_url(std::string_view user = "postgres",
                                        std::string_view database = "postgres") const;
  [[nodiscard]] const std::string& password() const noexcept { return server_.password; }

private:
  SharedPostgres();
  PostgresAddress server_{};
  std::optional<PostgresAddress> bouncer_{};
};

struct PostgresOptions {
  int connections_max = 100;
  bool fsync = false;                  ///< wait for the disk
  std::vector<std::string> settings{}; ///< further ones, "name=value"
  std::vector<std::string> launcher{}; ///< words before its command: where it runs
  std::string host = "127.0.0.1";      ///< where it is found; it listens by `settings`
};

/// A server of one test, which may do to it what happens to servers. Removed with
/// the object, and when this process dies without a word.
class PostgresServer {
public:
  explicit PostgresServer(const PostgresOptions& options = {}); ///< starts it

  [[nodiscard]] std::string url(std::string_view user = "postgres",
                                std::string_view database = "postgres") const {
    return server_.url(user, database);
  }
  /// Through a PgBouncer in transaction mode that the first call starts.
  std::string bouncer_url(std::string_view user = "postgres");

  void start();            ///< on the same port, with the same data
  void stop();             ///< open connections are closed
  void stop_immediately(); ///< as in a crash: recovers when it is started again
  void restart();
  void suspend(); ///< all its processes (SIGSTOP): it is there and does not answer
  void resume();
  [[nodiscard]] pid_t pid() const noexcept { return pid_; } ///< its first process

  /// A standby that confirms each commit; from now on `url` names both.
  void add_standby();
  /// The server crashes for good, and the standby takes its place. What was
  /// acknowledged is there.
  void fail_over();

private:
  Conversation holder_;
  PostgresAddress server_{};
  pid_t pid_ = 0;
  std::optional<PostgresAddress> bouncer_{};
};

} // namespace zzz_jobs::support
