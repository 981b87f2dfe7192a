#pragma once

#include "bench/pg_wire.hpp"

#include <zzz_jobs/zzz_jobs.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace zzz_jobs::bench {

/// What becomes of a completed job's row.
enum class Completed { kept, deleted };

/// What could be reached at best: the same tables, indexes and durability, and
/// nothing else but libpq. One thread, one connection, one transaction and one
/// round trip a batch, binary arrays; no actors, none of our checks.
class PgLimit {
public:
  explicit PgLimit(const std::string& schema);

  /// All in one transaction; answers with their ids, as the application needs.
  std::vector<std::int64_t> insert(const std::vector<JobRequest>& jobs);

  /// Works until nothing waits. Each transaction completes the jobs of the last
  /// one and claims up to `batch` others, which are durably claimed before they
  /// run. Says how many were completed.
  std::size_t drain(std::size_t batch, Completed completed = Completed::kept);

private:
  struct Claimed {
    std::int64_t id = 0;
    std::int32_t attempt = 0;
    std::int32_t max_attempts = 0;
    std::string worker{};
    std::string args{};
  };

  void send_completions(Completed completed);
  void send_claim(std::size_t batch);
  void read_completions();
  void read_claimed();

  PgWire wire_;
  std::vector<Claimed> claimed_{};
  std::function<void(const std::string& args)> handler_{};
};

/// Inserts one job after the other, each in a transaction of its own: what a
/// program does that knows only SQL.
class PgSingleInserts {
public:
  explicit PgSingleInserts(const std::string& schema);
  std::int64_t insert(std::string_view worker, std::string_view args);

private:
  PgWire wire_;
};

} // namespace zzz_jobs::bench
