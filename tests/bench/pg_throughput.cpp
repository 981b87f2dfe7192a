// pg_enqueue_bulk_ratio, pg_drain_ratio, pg_drain_delete_ratio, for each what
// comparison.hpp names; pg_wal_bytes_per_job, pg_commits_per_job: of the drain
//
// 100,000 jobs put in by one thread in calls of 1000, against the limit's
// transactions of 1000 rows; and 100,000 waiting jobs worked by ten handlers
// that do nothing, from start() to the last one recorded as completed, against
// the limit's transactions of 1000; the same where completed rows are deleted.
// Every measurement has new tables, after a checkpoint; the requests are made
// before.

#include "bench/comparison.hpp"
#include "bench/pg_database.hpp"
#include "bench/pg_limit.hpp"

#include <stdexcept>

namespace zzz_jobs::bench {
namespace {

class Throughput {
public:
  explicit Throughput(Bench& bench) : bench_(bench), count_(bench.effort.of(100'000)) {}

  void measure() {
    compare_to_limit(
      bench_, "pg_enqueue_bulk", count_, [this] { return enqueue_limit(); },
      [this] { return enqueue(); });
    compare_to_limit(
      bench_, "pg_drain", count_, [this] { return drain_limit(Completed::kept); },
      [this] { return drain(Completed::kept); });
    bench_.figures.add({"pg_wal_bytes_per_job", "bytes", wal_bytes_});
    bench_.figures.add({"pg_commits_per_job", "commits", commits_});
    compare_to_limit(
      bench_, "pg_drain_delete", count_, [this] { return drain_limit(Completed::deleted); },
      [this] { return drain(Completed::deleted); });
  }

private:
  Spent enqueue_limit() {
    PgDatabase database;
    PgLimit limit{database.schema()};
    const auto calls = calls_of(count_);
    database.settle();
    const Stopwatch watch;
    for (const auto& call : calls)
      limit.insert(call);
    return watch.spent();
  }

  Spent enqueue() {
    PgDatabase database;
    PgSupervisor supervisor{database.config(), ten_at_once()};
    auto calls = calls_of(count_);
    database.settle();
    const Stopwatch watch;
    for (auto& call : calls)
      supervisor.enqueue_many(std::move(call));
    return watch.spent();
  }

  Spent drain_limit(Completed completed) {
    PgDatabase database;
    database.fill_waiting(count_);
    PgLimit limit{database.schema()};
    database.settle();
    const Stopwatch watch;
    if (limit.drain(jobs_a_call, completed) != count_)
      throw std::runtime_error{"the limit did not complete every job"};
    return watch.spent();
  }

  Spent drain(Completed completed) {
    PgDatabase database;
    database.fill_waiting(count_);
    PgSupervisor supervisor{database.config(), ten_at_once()};
    supervisor.register_worker({.name = std::string{no_op},
                                .handler = [](std::string_view, JobContext&) {},
                                .delete_completed = completed == Completed::deleted});
    database.settle();
    const auto wal_bytes = database.wal_bytes();
    const auto commits = database.writing_commits();
    const auto spent = spent_on_drain(supervisor, count_);
    if (completed == Completed::kept) {
      wal_bytes_.push_back(per_job(database.wal_bytes() - wal_bytes));
      commits_.push_back(per_job(database.writing_commits() - commits));
    }
    return spent;
  }

  [[nodiscard]] double per_job(std::int64_t value) const {
    return static_cast<double>(value) / static_cast<double>(count_);
  }

  Bench& bench_;
  std::size_t count_;
  std::vector<double> wal_bytes_{};
  std::vector<double> commits_{};
};

} // namespace

void measure_pg_throughput(Bench& bench) {
  Throughput{bench}.measure();
}

} // namespace zzz_jobs::bench
