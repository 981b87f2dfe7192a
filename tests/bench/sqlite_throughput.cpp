// For full and normal durability:
// sqlite_DURABILITY_enqueue_bulk_ratio, sqlite_DURABILITY_drain_ratio, the
// jobs/s of both sides: ..._limit_jobs_per_s, ..._jobs_per_s, and the processor
// time that each takes: ..._limit_cpu_us_per_job, ..._cpu_us_per_job
//
// 100,000 jobs put in by one thread in calls of 1000, against the limit's
// transactions of 1000 rows; and 100,000 waiting jobs worked by ten handlers
// that do nothing, from start() to the last one recorded as completed, against
// the limit's transactions of 1000. Every measurement has a new file whose log
// is empty; the requests are made before.

#include "bench/comparison.hpp"
#include "bench/sqlite_limit.hpp"
#include "bench/work.hpp"

#include <stdexcept>

namespace zzz_jobs::bench {
namespace {

class Throughput {
public:
  Throughput(Bench& bench, Durability durability)
    : bench_(bench), durability_(durability), count_(bench.effort.of(100'000)),
      prefix_(durability == Durability::full ? "sqlite_full_" : "sqlite_normal_") {}

  void measure() {
    compare_to_limit(
      bench_, prefix_ + "enqueue_bulk", count_, [this] { return enqueue_limit(); },
      [this] { return enqueue(); });
    compare_to_limit(
      bench_, prefix_ + "drain", count_, [this] { return drain_limit(); },
      [this] { return drain(); });
  }

private:
  Spent enqueue_limit() {
    const SqliteFile file{bench_.directory};
    SqliteLimit limit{file, durability_};
    const auto calls = calls_of(count_);
    const Stopwatch watch;
    for (const auto& call : calls)
      limit.insert(call);
    return watch.spent();
  }

  Spent enqueue() {
    const SqliteFile file{bench_.directory};
    SqliteSupervisor supervisor{file.config(durability_), ten_at_once()};
    auto calls = calls_of(count_);
    const Stopwatch watch;
    for (auto& call : calls)
      supervisor.enqueue_many(std::move(call));
    return watch.spent();
  }

  Spent drain_limit() {
    SqliteFile file{bench_.directory};
    file.add_waiting(count_);
    SqliteLimit limit{file, durability_};
    const Stopwatch watch;
    if (limit.drain(jobs_a_call) != count_)
      throw std::runtime_error{"the limit did not complete every job"};
    return watch.spent();
  }

  Spent drain() {
    SqliteFile file{bench_.directory};
    file.add_waiting(count_);
    SqliteSupervisor supervisor{file.config(durability_), ten_at_once()};
    register_no_op(supervisor);
    return spent_on_drain(supervisor, count_);
  }

  Bench& bench_;
  Durability durability_;
  std::size_t count_;
  std::string prefix_;
};

} // namespace

void measure_sqlite_throughput(Bench& bench) {
  for (const auto durability : {Durability::full, Durability::normal})
    Throughput{bench, durability}.measure();
}

} // namespace zzz_jobs::bench
