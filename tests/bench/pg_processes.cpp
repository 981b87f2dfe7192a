// pg_drain_1_process_jobs_per_s, pg_drain_2_processes_jobs_per_s,
// pg_drain_4_processes_jobs_per_s; pg_drain_2_processes_ratio,
// pg_drain_4_processes_ratio: to one; pg_drain_4_to_2_processes_ratio;
// pg_limit_drain_4_to_2_processes_ratio and what it is made of
//
// 100,000 waiting no-op jobs worked by so many processes, ten handlers each,
// from the moment they are told to start until the last job was recorded as
// completed. The processes are new ones and have opened the database before.
// The limit's processes do what pg_drain_limit_jobs_per_s does alone: what they
// lose is lost to cores and locks that are shared, whoever works the jobs.

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
  Nodes(std::string_view what, std::size_t count, const std::string& schema) {
    for (std::size_t i = 0; i < count; ++i)
      nodes_.push_back(std::make_unique<PgProcess>(what, schema));
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

double jobs_per_s(const Bench& bench, std::string_view what, std::size_t processes) {
  const auto count = bench.effort.of(100'000);
  PgDatabase database;
  database.fill_waiting(count);
  Nodes nodes{what, processes, database.schema()};
  database.settle();
  const Stopwatch watch;
  nodes.start();
  nodes.wait_for_completed(count);
  return static_cast<double>(count) / watch.seconds();
}

/// By one, two and four processes in turns.
struct Scaling {
  std::vector<double> one{};
  std::vector<double> two{};
  std::vector<double> four{};

  [[nodiscard]] std::vector<double> four_to_two() const { return Interleaved{two, four}.ratios(); }
};

Scaling scaling(const Bench& bench, const std::string& title, std::string_view what) {
  Scaling scaling;
  const auto pairs = interleaved(
    bench, title + " by 1, 2 and 4 processes", [&] { return jobs_per_s(bench, what, 1); },
    [&] {
      scaling.four.push_back(jobs_per_s(bench, what, 4));
      return jobs_per_s(bench, what, 2);
    });
  scaling.one = pairs.base;
  scaling.two = pairs.ours;
  return scaling;
}

void add_rates(Bench& bench, const std::string& name, const Scaling& scaling) {
  bench.figures.add({name + "_1_process_jobs_per_s", "jobs/s", scaling.one});
  bench.figures.add({name + "_2_processes_jobs_per_s", "jobs/s", scaling.two});
  bench.figures.add({name + "_4_processes_jobs_per_s", "jobs/s", scaling.four});
  bench.figures.add({name + "_4_to_2_processes_ratio", "x", scaling.four_to_two()});
}

} // namespace

void measure_pg_processes(Bench& bench) {
  const auto nodes = scaling(bench, "pg drain", pg_node::drain);
  add_rates(bench, "pg_drain", nodes);
  bench.figures.add(
    {"pg_drain_2_processes_ratio", "x", Interleaved{nodes.one, nodes.two}.ratios()});
  bench.figures.add(
    {"pg_drain_4_processes_ratio", "x", Interleaved{nodes.one, nodes.four}.ratios()});
  add_rates(bench, "pg_limit_drain", scaling(bench, "pg limit's drain", pg_node::limit));
}

} // namespace zzz_jobs::bench
