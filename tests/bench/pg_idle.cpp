// pg_idle_statements_per_s, pg_idle_server_cpu_percent, pg_idle_cpu_percent, pg_rss_mb
//
// What a node with ten queues costs while it has nothing to do: the statements
// that the server executes over twenty seconds, the processor time of its sessions
// (none where the server is on another machine) and of its process in percent of a
// core, and the resident memory of that process then. The process is a new one, and has worked a
// job in each queue. Statements are counted by pg_stat_statements where the server has loaded it.
// Elsewhere its transactions are counted, which is as many where a statement is a transaction of
// its own, and includes those of autovacuum. Idle sessions report theirs up to ten seconds late, so
// that much passes before.

#include "bench/interleaved.hpp"
#include "bench/pg_database.hpp"
#include "bench/pg_process.hpp"
#include "bench/process_time.hpp"
#include "bench/work.hpp"

#include <sstream>
#include <stdexcept>
#include <thread>

namespace zzz_jobs::bench {
namespace {

using namespace std::chrono_literals;

class StatementCount {
public:
  explicit StatementCount(PgDatabase& database) : wire_(database.wire()) {
    exact_ =
      wire_.value("SHOW shared_preload_libraries").find("pg_stat_statements") != std::string::npos;
    if (exact_)
      wire_.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
  }

  /// How late a session's statements are counted.
  [[nodiscard]] std::chrono::milliseconds delay() const { return exact_ ? 0ms : 10'000ms; }
  [[nodiscard]] const char* how() const {
    return exact_ ? "by pg_stat_statements" : "by transactions (pg_stat_database)";
  }

  [[nodiscard]] std::int64_t now() {
    if (exact_)
      return wire_.number("SELECT sum(calls) FROM pg_stat_statements"
                          " WHERE query NOT LIKE '%pg_stat_statements%'");
    return wire_.number("SELECT xact_commit + xact_rollback FROM pg_stat_database"
                        " WHERE datname = current_database()");
  }

private:
  PgWire& wire_;
  bool exact_ = false;
};

/// Of the sessions of our nodes.
double server_cpu_seconds(PgDatabase& database) {
  std::istringstream pids{
    database.wire().value("SELECT string_agg(pid::text, ' ') FROM pg_stat_activity"
                          " WHERE application_name LIKE 'zzz_jobs%'")};
  double sum = 0;
  for (pid_t pid = 0; pids >> pid;)
    sum += cpu_seconds_of(pid);
  return sum;
}

struct Idle {
  double statements_per_s = 0;
  double server_cpu_percent = 0;
  double cpu_percent = 0;
  double rss_mb = 0;
};

Idle measure(const Bench& bench) {
  PgDatabase database;
  StatementCount count{database};
  tell(std::string{"statements are counted "} + count.how());
  const PgProcess node{pg_node::idle, database.schema()};
  std::this_thread::sleep_for(bench.effort.of(1'000ms + count.delay()));
  const bool is_here = is_postgres_here();
  const auto server_cpu = [&] { return is_here ? server_cpu_seconds(database) : 0.0; };
  const auto server_before = server_cpu();
  const auto cpu_before = node.cpu_seconds();
  const auto before = count.now();
  const Stopwatch watch;
  std::this_thread::sleep_for(bench.effort.quick ? 2'000ms : 20'000ms); // at least two looks
  const auto done = count.now() - before;
  const auto percent = 100 / watch.seconds();
  return {static_cast<double>(done) / watch.seconds(), (server_cpu() - server_before) * percent,
          (node.cpu_seconds() - cpu_before) * percent, node.resident_mb()};
}

} // namespace

void measure_pg_idle(Bench& bench) {
  std::vector<double> server_cpu;
  std::vector<double> cpu;
  std::vector<double> rss;
  const auto statements = repeated(bench, "pg idle node", [&] {
    const auto idle = measure(bench);
    server_cpu.push_back(idle.server_cpu_percent);
    cpu.push_back(idle.cpu_percent);
    rss.push_back(idle.rss_mb);
    return idle.statements_per_s;
  });
  bench.figures.add({"pg_idle_statements_per_s", "1/s", statements});
  if (is_postgres_here())
    bench.figures.add({"pg_idle_server_cpu_percent", "% of a core", server_cpu});
  bench.figures.add({"pg_idle_cpu_percent", "% of a core", cpu});
  bench.figures.add({"pg_rss_mb", "MB", rss});
}

} // namespace zzz_jobs::bench
