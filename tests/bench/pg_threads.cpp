// pg_enqueue_one_ratio: one thread that enqueues one job after the other for a
// second, each waiting until it is durable, against single INSERTs on one
// connection; pg_enqueue_one_limit_jobs_per_s, pg_enqueue_one_jobs_per_s.
// pg_enqueue_16_threads_ratio: sixteen such threads, who share commits, to one;
// pg_enqueue_16_threads_jobs_per_s.
// pg_trigger_ratio: eight connections of foreign programs with single INSERTs,
// where the wake-up trigger is installed, to the same without it;
// pg_trigger_none_jobs_per_s, pg_trigger_jobs_per_s.

#include "bench/interleaved.hpp"
#include "bench/pg_database.hpp"
#include "bench/pg_limit.hpp"
#include "bench/work.hpp"

#include <zzz_jobs/stores/pg_schema.hpp>

#include <atomic>
#include <barrier>
#include <functional>
#include <memory>
#include <thread>

namespace zzz_jobs::bench {
namespace {

using Steady = std::chrono::steady_clock;
using Insert = std::function<void()>;

/// Each thread has an Insert of its own, which puts in one job.
double jobs_per_s(const Bench& bench, const std::vector<Insert>& inserts) {
  const auto duration = bench.effort.of(std::chrono::milliseconds{1000});
  std::atomic<std::size_t> inserted{0};
  std::barrier ready{static_cast<std::ptrdiff_t>(inserts.size() + 1)};
  std::vector<std::jthread> running;
  for (const auto& insert : inserts)
    running.emplace_back([&] {
      std::size_t mine = 0;
      ready.arrive_and_wait();
      for (const auto end = Steady::now() + duration; Steady::now() < end; ++mine)
        insert();
      inserted += mine;
    });
  ready.arrive_and_wait();
  const Stopwatch watch;
  running.clear(); // joins
  return static_cast<double>(inserted) / watch.seconds();
}

double foreign_inserts(const Bench& bench, PgDatabase& database, std::size_t connections) {
  std::vector<Insert> inserts;
  for (std::size_t i = 0; i < connections; ++i)
    inserts.push_back([one = std::make_shared<PgSingleInserts>(database.schema())] {
      one->insert(no_op, args_60_bytes);
    });
  database.settle();
  return jobs_per_s(bench, inserts);
}

double limit(const Bench& bench) {
  PgDatabase database;
  return foreign_inserts(bench, database, 1);
}

double project(const Bench& bench, std::size_t threads) {
  PgDatabase database;
  PgSupervisor supervisor{database.config(), ten_at_once()};
  const std::vector<Insert> inserts{threads,
                                    [&] { supervisor.enqueue(no_op, std::string{args_60_bytes}); }};
  database.settle();
  return jobs_per_s(bench, inserts);
}

double eight_connections(const Bench& bench, bool trigger) {
  PgDatabase database;
  if (trigger)
    pg::install_wake_trigger({postgres_url(), database.schema()});
  return foreign_inserts(bench, database, 8);
}

} // namespace

void measure_pg_threads(Bench& bench) {
  const auto one = interleaved(
    bench, "pg enqueue one by one", [&] { return limit(bench); },
    [&] { return project(bench, 1); });
  bench.figures.add({"pg_enqueue_one_limit_jobs_per_s", "jobs/s", one.base});
  bench.figures.add({"pg_enqueue_one_jobs_per_s", "jobs/s", one.ours});
  bench.figures.add({"pg_enqueue_one_ratio", "of limit", one.ratios()});
  const auto sixteen = interleaved(
    bench, "pg enqueue by 1 and 16 threads", [&] { return project(bench, 1); },
    [&] { return project(bench, 16); });
  bench.figures.add({"pg_enqueue_16_threads_jobs_per_s", "jobs/s", sixteen.ours});
  bench.figures.add({"pg_enqueue_16_threads_ratio", "x", sixteen.ratios()});
}

void measure_pg_trigger(Bench& bench) {
  const auto both = interleaved(
    bench, "pg wake trigger", [&] { return eight_connections(bench, false); },
    [&] { return eight_connections(bench, true); });
  bench.figures.add({"pg_trigger_none_jobs_per_s", "jobs/s", both.base});
  bench.figures.add({"pg_trigger_jobs_per_s", "jobs/s", both.ours});
  bench.figures.add({"pg_trigger_ratio", "x", both.ratios()});
}

} // namespace zzz_jobs::bench
