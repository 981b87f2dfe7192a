// gateway_drain_ratio, the jobs/s of both sides: own_drain_jobs_per_s,
// gateway_drain_jobs_per_s
//
// 100,000 waiting no-op jobs worked by one process without a database, ten handlers
// at once, through another process that has it and runs nothing itself: over a link
// with mutual TLS on the loopback, from the moment it is told to start until the
// last job was recorded as completed. Against one process with a connection of its
// own. All processes are new ones.

#include "bench/interleaved.hpp"
#include "bench/pg_database.hpp"
#include "bench/pg_process.hpp"
#include "bench/work.hpp"
#include "nodes/cluster/certificates.hpp"

#include <stdexcept>
#include <thread>

namespace zzz_jobs::bench {
namespace {

using namespace std::chrono_literals;

double jobs_per_s(PgProcess& worker, PgDatabase& database, std::size_t count) {
  database.settle();
  const Stopwatch watch;
  worker.start();
  while (worker.last() < static_cast<std::int64_t>(count)) {
    if (watch.seconds() > 120)
      throw std::runtime_error{"the node process did not complete every job"};
    std::this_thread::sleep_for(1ms);
  }
  return static_cast<double>(count) / watch.seconds();
}

double own_connection(std::size_t count) {
  PgDatabase database;
  database.fill_waiting(count);
  PgProcess node{pg_node::drain, database.schema()};
  return jobs_per_s(node, database, count);
}

double through_gateway(const std::string& folder, std::size_t count) {
  PgDatabase database;
  database.fill_waiting(count);
  PgProcess gateway{"gateway:" + folder, database.schema()};
  PgProcess guest{"guest:" + folder, std::to_string(gateway.last())};
  return jobs_per_s(guest, database, count);
}

} // namespace

void measure_gateway_drain(Bench& bench) {
  const auto count = bench.effort.of(100'000);
  const auto folder = bench.directory / "certificates";
  std::filesystem::create_directories(folder);
  (void)node::test::Authority{folder}.issue("node");
  const auto both = interleaved(
    bench, "pg drain with a connection, and through a gateway",
    [&] { return own_connection(count); }, [&] { return through_gateway(folder.string(), count); });
  bench.figures.add({"own_drain_jobs_per_s", "jobs/s", both.base});
  bench.figures.add({"gateway_drain_jobs_per_s", "jobs/s", both.ours});
  bench.figures.add({"gateway_drain_ratio", "x", both.ratios()});
}

} // namespace zzz_jobs::bench
