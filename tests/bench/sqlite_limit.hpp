#pragma once

#include "bench/sqlite_file.hpp"

#include <zzz_jobs/zzz_jobs.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace zzz_jobs::bench {

/// What could be reached at best: the same table, indexes, durability and log,
/// and nothing else but SQLite. One thread, one connection, no actors, none of
/// our checks.
class SqliteLimit {
public:
  SqliteLimit(const SqliteFile& file, Durability durability);

  /// All in one transaction; answers with their ids, as the application needs.
  std::vector<std::int64_t> insert(const std::vector<JobRequest>& jobs);

  /// Works until nothing waits. Each transaction completes the jobs of the last
  /// one and claims up to `batch` others, which are durably claimed before they
  /// run. Says how many were completed.
  std::size_t drain(std::size_t batch);

private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;
  struct Claimed {
    std::int64_t id = 0;
    int attempt = 0;
    int max_attempts = 0;
    std::string worker{};
    std::string args{};
  };

  void execute(const char* sql);
  [[nodiscard]] Statement prepare(const char* sql);
  void run(const Statement& statement);
  void check(bool good);
  void complete_claimed();
  void claim(std::size_t batch);

  std::unique_ptr<sqlite3, Close> connection_{};
  Statement begin_{};
  Statement commit_{};
  Statement insert_{};
  Statement claim_{};
  Statement complete_{};
  std::vector<Claimed> claimed_{};
  std::function<void(const std::string& args)> handler_{};
};

} // namespace zzz_jobs::bench
