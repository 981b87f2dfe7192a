// sqlite_backlog10k_jobs_per_s, sqlite_backlog1m_jobs_per_s, sqlite_backlog1m_ratio
//
// How fast jobs are worked while 10,000, or a million, others wait. For each job
// completed another one is enqueued, in calls of 1000 or more, so that the
// backlog stays what it is and both sides do the same: enqueue, claim and
// complete. Counted are the jobs completed in three seconds, after one second in
// which it gets going.

#include "bench/interleaved.hpp"
#include "bench/sqlite_file.hpp"
#include "bench/work.hpp"

#include <algorithm>
#include <thread>

namespace zzz_jobs::bench {
namespace {

using namespace std::chrono_literals;

/// Enqueues as many as were completed, for so long.
void keep_full(AnySupervisor& supervisor, std::chrono::milliseconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < end) {
    const auto stats = supervisor.stats();
    if (stats.completed >= stats.enqueued + jobs_a_call)
      supervisor.enqueue_many(requests(stats.completed - stats.enqueued));
    else
      std::this_thread::sleep_for(500us);
  }
}

double jobs_per_s(const Bench& bench, std::size_t waiting) {
  SqliteFile file{bench.directory};
  file.add_waiting(waiting);
  SqliteSupervisor supervisor{file.config(), ten_at_once()};
  register_no_op(supervisor);
  supervisor.start();
  keep_full(supervisor, bench.effort.of(1000ms));
  const auto before = supervisor.stats().completed;
  const Stopwatch watch;
  keep_full(supervisor, bench.effort.of(3000ms));
  const auto worked = supervisor.stats().completed - before;
  return static_cast<double>(worked) / watch.seconds();
}

} // namespace

void measure_sqlite_backlog(Bench& bench) {
  const auto few = std::max(bench.effort.of(10'000), 3 * jobs_a_call);
  const auto many = bench.effort.of(1'000'000);
  const auto both = interleaved(
    bench, "sqlite backlog", [&] { return jobs_per_s(bench, few); },
    [&] { return jobs_per_s(bench, many); });
  bench.figures.add({"sqlite_backlog10k_jobs_per_s", "jobs/s", both.base});
  bench.figures.add({"sqlite_backlog1m_jobs_per_s", "jobs/s", both.ours});
  bench.figures.add({"sqlite_backlog1m_ratio", "x", both.ratios()});
}

} // namespace zzz_jobs::bench
