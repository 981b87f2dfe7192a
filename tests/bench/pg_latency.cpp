// pg_latency_same_p50_ms, pg_latency_same_p99_ms: from the begin of an enqueue to
// the begin of its handler in the same process, where nothing else is to be done;
// pg_latency_other_p50_ms, pg_latency_other_p99_ms: enqueued in one process,
// handled in another. Processes of one machine share the steady clock.

#include "bench/interleaved.hpp"
#include "bench/latency.hpp"
#include "bench/pg_database.hpp"
#include "bench/pg_process.hpp"
#include "bench/work.hpp"

#include <memory>
#include <thread>

namespace zzz_jobs::bench {
namespace {

using namespace std::chrono_literals;

/// Between two samples: the job is recorded as completed, all have gone to sleep,
/// and the queue may be announced to other nodes again (at most each 10 ms).
constexpr auto pause = 15ms;

std::vector<double> latencies_ms(const Bench& bench) {
  PgDatabase database;
  PgSupervisor here{database.config(), ten_at_once()}; // not started: only enqueues
  PgProcess other{pg_node::latency, database.schema()};
  std::vector<double> latencies;
  for (std::size_t i = 0; i < bench.effort.of(500); ++i) {
    const std::chrono::nanoseconds begin = std::chrono::steady_clock::now().time_since_epoch();
    here.enqueue(no_op, std::string{args_60_bytes});
    latencies.push_back(static_cast<double>(other.next() - begin.count()) / 1e6);
    std::this_thread::sleep_for(pause);
  }
  return latencies;
}

void measure_other(Bench& bench) {
  std::vector<double> p99;
  const auto p50 = repeated(bench, "pg_latency_other", [&] {
    const auto latencies = latencies_ms(bench);
    p99.push_back(percentile(latencies, 0.99));
    return percentile(latencies, 0.5);
  });
  bench.figures.add({"pg_latency_other_p50_ms", "ms", p50});
  bench.figures.add({"pg_latency_other_p99_ms", "ms", p99});
}

} // namespace

void measure_pg_latency(Bench& bench) {
  std::unique_ptr<PgDatabase> database; // of one run
  measure_latency_of(bench, "pg_latency_same", [&] {
    database.reset();
    database = std::make_unique<PgDatabase>();
    return std::make_shared<PgSupervisor>(database->config(), ten_at_once());
  });
  measure_other(bench);
}

} // namespace zzz_jobs::bench
