// pg_drain_1_process_jobs_per_s, pg_drain_2_processes_jobs_per_s,
// pg_drain_4_processes_jobs_per_s; pg_drain_2_processes_ratio,
// pg_drain_4_processes_ratio: to one
//
// 100,000 waiting no-op jobs worked by so many processes, ten handlers each,
// from the moment they are told to start until the last job was recorded as
// completed. The processes are new ones and have opened the database before.

#include "bench/interleaved.hpp"
#include "bench/pg_database.hpp"
#include "bench/pg_process.hpp"
#include "bench/work.hpp"

#include <memory>
#include <stdexcept>
#include <thread>

namespace zzz_jobs::bench {
namespace {

using namespace std::chrono_literals;

class Nodes {
public:
  Nodes(std::size_t count, const std::string& schema) {
    for (std::size_t i = 0; i < count; ++i)
      nodes_.push_back(std::make_unique<PgProcess>(pg_node::drain, schema));
  }

  void start() {
    for (const auto& node : nodes_)
      node->start();
  }

  void wait_for_completed(std::size_t count) {
    const Stopwatch watch;
    while (completed() < static_cast<std::int64_t>(count)) {
      if (watch.seconds() > 120)
        throw std::runtime_error{"the node processes did not complete every job"};
      std::this_thread::sleep_for(1ms);
    }
  }

private:
  std::int64_t completed() {
    std::int64_t sum = 0;
    for (const auto& node : nodes_)
      sum += node->last();
    return sum;
  }

  std::vector<std::unique_ptr<PgProcess>> nodes_{};
};

double jobs_per_s(const Bench& bench, std::size_t processes) {
  const auto count = bench.effort.of(100'000);
  PgDatabase database;
  database.fill_waiting(count);
  Nodes nodes{processes, database.schema()};
  database.settle();
  const Stopwatch watch;
  nodes.start();
  nodes.wait_for_completed(count);
  return static_cast<double>(count) / watch.seconds();
}

} // namespace

void measure_pg_processes(Bench& bench) {
  std::vector<double> four;
  const auto two = interleaved(
    bench, "pg drain by 1, 2 and 4 processes", [&] { return jobs_per_s(bench, 1); },
    [&] {
      four.push_back(jobs_per_s(bench, 4));
      return jobs_per_s(bench, 2);
    });
  bench.figures.add({"pg_drain_1_process_jobs_per_s", "jobs/s", two.base});
  bench.figures.add({"pg_drain_2_processes_jobs_per_s", "jobs/s", two.ours});
  bench.figures.add({"pg_drain_4_processes_jobs_per_s", "jobs/s", four});
  bench.figures.add({"pg_drain_2_processes_ratio", "x", two.ratios()});
  bench.figures.add({"pg_drain_4_processes_ratio", "x", Interleaved{two.base, four}.ratios()});
}

} // namespace zzz_jobs::bench
