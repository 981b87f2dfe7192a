// pg_idle_statements_per_s, pg_idle_server_cpu_percent, pg_idle_cpu_percent, pg_rss_mb
//
// What a node with ten queues costs while it has nothing to do: the statements
// that the server executes over twenty seconds; the processor time of its sessions
// there (not told where the server is on another machine) and of its own process,
// in percent of a core; and the resident memory of that process then. The process is
// a new one, and has worked a job in each queue. Statements are counted by
// pg_stat_statements where the server has loaded it. Elsewhere its transactions are
// counted, which is as many where a statement is a transaction of its own, and
// includes those of autovacuum. Idle sessions report theirs up to ten seconds late,
// so that much passes before.

#include "bench/interleaved.hpp"
#include "bench/pg_database.hpp"
#include "bench/pg_process.hpp"
#include "bench/process_costs.hpp"
#include "bench/work.hpp"

#include <sstream>
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

/// Of all sessions of nodes.
double server_cpu_seconds(PgDatabase& database) {
  std::istringstream pids{
    database.wire().value("SELECT string_agg(pid::text, ' ') FROM pg_stat_activity"
                          " WHERE application_name LIKE 'zzz_jobs%'")};
  double sum = 0;
  for (pid_t pid = 0; pids >> pid;)
    sum += cpu_seconds_of(pid);
  return sum;
}

/// Beside the statements; a value a run.
struct Idle {
  std::vector<double> server_cpu_percent{};
  std::vector<double> cpu_percent{};
  std::vector<double> rss_mb{};
};

/// Statements per second.
double measure(const Bench& bench, bool server_is_here, Idle& idle) {
  PgDatabase database;
  StatementCount count{database};
  tell(std::string{"statements are counted "} + count.how());
  const PgProcess node{pg_node::idle, database.schema()};
  std::this_thread::sleep_for(bench.effort.of(1'000ms + count.delay()));
  const auto server_cpu = [&] { return server_is_here ? server_cpu_seconds(database) : 0.0; };
  const auto server_cpu_before = server_cpu();
  const auto cpu_before = cpu_seconds_of(node.id());
  const auto before = count.now();
  const Stopwatch watch;
  std::this_thread::sleep_for(bench.effort.quick ? 2'000ms : 20'000ms); // at least two looks
  const auto done = count.now() - before;
  const auto seconds = watch.seconds();
  idle.server_cpu_percent.push_back((server_cpu() - server_cpu_before) / seconds * 100);
  idle.cpu_percent.push_back((cpu_seconds_of(node.id()) - cpu_before) / seconds * 100);
  idle.rss_mb.push_back(resident_mb_of(node.id()));
  return static_cast<double>(done) / seconds;
}

} // namespace

void measure_pg_idle(Bench& bench) {
  const bool server_is_here = is_postgres_here();
  Idle idle;
  const auto statements_per_s =
    repeated(bench, "pg idle node", [&] { return measure(bench, server_is_here, idle); });
  bench.figures.add({"pg_idle_statements_per_s", "1/s", statements_per_s});
  if (server_is_here)
    bench.figures.add({"pg_idle_server_cpu_percent", "% of a core", idle.server_cpu_percent});
  bench.figures.add({"pg_idle_cpu_percent", "% of a core", idle.cpu_percent});
  bench.figures.add({"pg_rss_mb", "MB", idle.rss_mb});
}

} // namespace zzz_jobs::bench
