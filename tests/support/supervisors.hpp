#pragma once

#include "support/eventually.hpp"
#include "support/temp_folder.hpp"
#ifdef ZZZ_JOBS_TESTS_OVER_POSTGRES // all files of the program then
#include "stores/pg_tables.hpp"
#endif

#include <zzz_jobs/zzz_jobs.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace zzz_jobs::support {

/// Collects what a supervisor logs; quiet on stderr.
class Log {
public:
  [[nodiscard]] LogSink sink() {
    return [lines = lines_](LogLevel, std::string_view line) {
      const std::lock_guard lock(lines->mutex);
      lines->all.emplace_back(line);
    };
  }
  [[nodiscard]] bool has(std::string_view part) const { return count(part) > 0; }
  [[nodiscard]] std::ptrdiff_t count(std::string_view part) const {
    const std::lock_guard lock(lines_->mutex);
    return std::count_if(lines_->all.begin(), lines_->all.end(),
                         [&](const auto& line) { return line.find(part) != std::string::npos; });
  }

private:
  struct Lines {
    std::mutex mutex{};
    std::vector<std::string> all{};
  };
  std::shared_ptr<Lines> lines_ = std::make_shared<Lines>();
};

/// A configuration for tests: one queue, short polls, nothing on stderr.
inline SupervisorConfig quick(std::uint32_t concurrency = 4) {
  return {.queues = {{.name = "default", .concurrency = concurrency}},
          .poll_interval = std::chrono::milliseconds{20},
          .log = log_nothing};
}

/// The stores that supervisors are tested over.
struct OverMemory {
  using Supervisor = MemorySupervisor;
  [[nodiscard]] MemoryStore::Config store_config() const {
    MemoryStore::Config config{.capacity = 200'000};
    if (clock)
      config.clock = clock;
    return config;
  }
  std::shared_ptr<const Clock> clock{};
};

#ifdef ZZZ_JOBS_HAS_SQLITE
struct OverSqlite {
  using Supervisor = SqliteSupervisor;
  [[nodiscard]] SqliteStore::Config store_config() const {
    SqliteStore::Config config{.path = folder.path() / "jobs.db", .durability = Durability::normal};
    if (clock)
      config.clock = clock;
    return config;
  }
  TempFolder folder{};
  std::shared_ptr<const Clock> clock{};
};
#endif

#if defined ZZZ_JOBS_TESTS_OVER_POSTGRES
struct OverPostgres {
  using Supervisor = PgSupervisor;
  [[nodiscard]] PgStore::Config store_config() const {
    PgStore::Config config;
    config.url = tables.target().url;
    config.schema = tables.target().schema;
    config.log = log_nothing;
    if (clock)
      config.clock = clock;
    return config;
  }
  tests::PgTables tables{};
  std::shared_ptr<const Clock> clock{};
};
using SupervisorStores = std::tuple<OverPostgres>;
#elif defined ZZZ_JOBS_HAS_SQLITE
using SupervisorStores = std::tuple<OverMemory, OverSqlite>;
#else
using SupervisorStores = std::tuple<OverMemory>;
#endif

/// The state of a job, which must exist.
inline JobState state_of(AnySupervisor& supervisor, std::int64_t id) {
  const auto job = supervisor.get(id);
  return job ? job->state : throw Error(errc::job_not_found, "job " + std::to_string(id));
}

/// Whether the job comes to this state in time.
inline bool comes_to(AnySupervisor& supervisor, std::int64_t id, JobState state) {
  return eventually([&] { return state_of(supervisor, id) == state; });
}

} // namespace zzz_jobs::support
