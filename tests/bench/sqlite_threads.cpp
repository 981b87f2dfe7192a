// sqlite_full_enqueue_1_thread_jobs_per_s, sqlite_full_enqueue_16_threads_jobs_per_s,
// sqlite_full_enqueue_16_threads_ratio
//
// Threads that enqueue one job after the other for a second, each waiting until
// it is on the disk. Sixteen beside each other share commits; one cannot.

#include "bench/interleaved.hpp"
#include "bench/sqlite_file.hpp"
#include "bench/work.hpp"

#include <atomic>
#include <barrier>
#include <thread>

namespace zzz_jobs::bench {
namespace {

using Steady = std::chrono::steady_clock;

double jobs_per_s(const Bench& bench, std::ptrdiff_t threads) {
  const SqliteFile file{bench.directory};
  SqliteSupervisor supervisor{file.config(), ten_at_once()};
  const auto duration = bench.effort.of(std::chrono::milliseconds{1000});
  std::atomic<std::size_t> enqueued{0};
  std::barrier ready{threads + 1};
  const auto enqueue = [&] {
    std::size_t mine = 0;
    ready.arrive_and_wait();
    for (const auto end = Steady::now() + duration; Steady::now() < end; ++mine)
      supervisor.enqueue(no_op, std::string{args_60_bytes});
    enqueued += mine;
  };
  std::vector<std::jthread> running;
  for (std::ptrdiff_t i = 0; i < threads; ++i)
    running.emplace_back(enqueue);
  ready.arrive_and_wait();
  const Stopwatch watch;
  running.clear(); // joins
  return static_cast<double>(enqueued) / watch.seconds();
}

} // namespace

void measure_sqlite_threads(Bench& bench) {
  const auto both = interleaved(
    bench, "sqlite enqueue by 1 and 16 threads", [&] { return jobs_per_s(bench, 1); },
    [&] { return jobs_per_s(bench, 16); });
  bench.figures.add({"sqlite_full_enqueue_1_thread_jobs_per_s", "jobs/s", both.base});
  bench.figures.add({"sqlite_full_enqueue_16_threads_jobs_per_s", "jobs/s", both.ours});
  bench.figures.add({"sqlite_full_enqueue_16_threads_ratio", "x", both.ratios()});
}

} // namespace zzz_jobs::bench
