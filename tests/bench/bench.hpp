#pragma once

#include "bench/figures.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>

namespace zzz_jobs::bench {

/// How much is measured: the real thing, or just enough to see that it works.
struct Effort {
  bool quick = false;

  [[nodiscard]] int runs() const { return quick ? 1 : 3; }
  [[nodiscard]] std::size_t of(std::size_t full) const {
    return quick ? std::max<std::size_t>(full / 100, 10) : full;
  }
  [[nodiscard]] std::chrono::milliseconds of(std::chrono::milliseconds full) const {
    return quick ? full / 20 : full;
  }
};

/// What every group works with.
struct Bench {
  Effort effort{};
  std::filesystem::path directory{}; ///< for files; on the disk to be measured
  Figures& figures;
};

// Each measures a few figures and adds them; the names are in its file.
void measure_lifecycle(Bench& bench);
void measure_latency(Bench& bench);
void measure_sleepers(Bench& bench);

#ifdef ZZZ_JOBS_HAS_SQLITE
void measure_sqlite_throughput(Bench& bench);
void measure_sqlite_threads(Bench& bench);
void measure_sqlite_latency(Bench& bench);
void measure_sqlite_backlog(Bench& bench);
void measure_sqlite_idle(Bench& bench);
#endif

#ifdef ZZZ_JOBS_HAS_POSTGRES
void measure_pg_throughput(Bench& bench);
void measure_pg_threads(Bench& bench);
void measure_pg_processes(Bench& bench);
void measure_pg_latency(Bench& bench);
void measure_pg_scale(Bench& bench);
void measure_pg_idle(Bench& bench);
void measure_pg_trigger(Bench& bench);
#endif

#ifdef ZZZ_JOBS_BENCH_NODES
void measure_command_worker(Bench& bench);
void measure_node_program(Bench& bench);
#ifdef ZZZ_JOBS_HAS_POSTGRES
void measure_cluster_latency(Bench& bench);
void measure_cluster_kill(Bench& bench);
void measure_gateway_drain(Bench& bench);
#endif
#endif

} // namespace zzz_jobs::bench
