// sqlite_DURABILITY_latency_p50_ms, sqlite_DURABILITY_latency_p99_ms, for full
// and normal

#include "bench/latency.hpp"
#include "bench/sqlite_file.hpp"
#include "bench/work.hpp"

#include <optional>

namespace zzz_jobs::bench {

void measure_sqlite_latency(Bench& bench) {
  for (const auto durability : {Durability::normal, Durability::full}) {
    const std::string name =
      durability == Durability::full ? "sqlite_full_latency" : "sqlite_normal_latency";
    std::vector<std::unique_ptr<SqliteFile>> files; // one a run, longer than its supervisor
    measure_latency_of(bench, name, [&] {
      files.push_back(std::make_unique<SqliteFile>(bench.directory));
      return std::make_shared<SqliteSupervisor>(files.back()->config(durability), ten_at_once());
    });
  }
}

} // namespace zzz_jobs::bench
