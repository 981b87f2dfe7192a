// pg_idle_statements_per_s, pg_rss_mb
//
// What a node with ten queues costs while it has nothing to do: the statements
// that the server executes over twenty seconds, and the resident memory of the
// node's process then. The process is a new one, and has worked a job in each
// queue. Statements are counted by pg_stat_statements where the server has loaded
// it. Elsewhere its transactions are counted, which is as many where a statement
// is a transaction of its own, and includes those of autovacuum. Idle sessions
// report theirs up to ten seconds late, so that much passes before.

#include "bench/interleaved.hpp"
#include "bench/pg_database.hpp"
#include "bench/pg_process.hpp"
#include "bench/work.hpp"

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

struct Idle {
  double statements_per_s = 0;
  double rss_mb = 0;
};

Idle measure(const Bench& bench) {
  PgDatabase database;
  StatementCount count{database};
  tell(std::string{"statements are counted "} + count.how());
  const PgProcess node{pg_node::idle, database.schema()};
  std::this_thread::sleep_for(bench.effort.of(1'000ms + count.delay()));
  const auto before = count.now();
  const Stopwatch watch;
  std::this_thread::sleep_for(bench.effort.quick ? 2'000ms : 20'000ms); // at least two looks
  const auto done = count.now() - before;
  return {static_cast<double>(done) / watch.seconds(), node.resident_mb()};
}

} // namespace

void measure_pg_idle(Bench& bench) {
  std::vector<double> rss;
  const auto statements = repeated(bench, "pg idle node", [&] {
    const auto idle = measure(bench);
    rss.push_back(idle.rss_mb);
    return idle.statements_per_s;
  });
  bench.figures.add({"pg_idle_statements_per_s", "1/s", statements});
  bench.figures.add({"pg_rss_mb", "MB", rss});
}

} // namespace zzz_jobs::bench
