// pg_backlog1m_ratio, pg_kept5m_ratio, pg_snapshot_ratio, each to the small case:
// the same work in new tables; and the jobs/s of both, ..._small_jobs_per_s and
// ..._jobs_per_s
//
// The first 100,000 of 1,000,000 waiting jobs worked; 100,000 worked beside
// 5,000,000 completed rows; 500,000 enqueued in calls of 1000 while ten handlers
// work them, with a snapshot held open, so that no dead row can be removed.
// Large tables are made once: before each run they are filled up and vacuumed.

#include "bench/interleaved.hpp"
#include "bench/pg_database.hpp"
#include "bench/work.hpp"

#include <optional>

namespace zzz_jobs::bench {
namespace {

void report(Bench& bench, const std::string& name, const Interleaved& both) {
  bench.figures.add({name + "_small_jobs_per_s", "jobs/s", both.base});
  bench.figures.add({name + "_jobs_per_s", "jobs/s", both.ours});
  bench.figures.add({name + "_ratio", "x", both.ratios()});
}

/// Of the jobs that wait in `database` the first `count` are worked.
double drain(PgDatabase& database, std::size_t waiting, std::size_t count) {
  database.fill_waiting(waiting);
  PgSupervisor supervisor{database.config(), ten_at_once()};
  register_no_op(supervisor);
  database.settle();
  return static_cast<double>(count) / spent_on_drain(supervisor, count).wall;
}

double drain_small(std::size_t count) {
  PgDatabase database;
  return drain(database, count, count);
}

void measure_backlog(Bench& bench) {
  const auto count = bench.effort.of(100'000);
  const auto waiting = bench.effort.of(1'000'000);
  PgDatabase large{"zzz_jobs_bench_large"};
  report(bench, "pg_backlog1m",
         interleaved(
           bench, "pg backlog", [&] { return drain_small(count); },
           [&] { return drain(large, waiting, count); }));
}

void measure_kept(Bench& bench) {
  const auto count = bench.effort.of(100'000);
  PgDatabase large{"zzz_jobs_bench_large"};
  large.add_completed(bench.effort.of(5'000'000));
  report(bench, "pg_kept5m",
         interleaved(
           bench, "pg completed rows kept", [&] { return drain_small(count); },
           [&] { return drain(large, count, count); }));
}

double lifecycle(const Bench& bench, bool with_snapshot) {
  PgDatabase database;
  PgSupervisor supervisor{database.config(), ten_at_once()};
  register_no_op(supervisor);
  auto calls = calls_of(bench.effort.of(500'000));
  database.settle();
  std::optional<PgWire> other;
  if (with_snapshot) {
    other.emplace(database.schema());
    other->execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
    other->execute("SELECT count(*) FROM zzz_jobs"); // only now there is a snapshot
  }
  supervisor.start();
  const Stopwatch watch;
  for (auto& call : calls)
    supervisor.enqueue_many(std::move(call));
  const auto count = bench.effort.of(500'000);
  wait_for_completed(supervisor, count);
  return static_cast<double>(count) / watch.seconds();
}

void measure_snapshot(Bench& bench) {
  report(bench, "pg_snapshot",
         interleaved(
           bench, "pg snapshot held open", [&] { return lifecycle(bench, false); },
           [&] { return lifecycle(bench, true); }));
}

} // namespace

void measure_pg_scale(Bench& bench) {
  measure_backlog(bench);
  measure_kept(bench);
  measure_snapshot(bench);
}

} // namespace zzz_jobs::bench
