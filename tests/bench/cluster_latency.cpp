// Between two linked nodes of one PostgreSQL database, nothing else to be done:
// cluster_start_p50_ms, cluster_start_p99_ms: from the begin of an enqueue on one to
// the begin of its handler on the other;
// cluster_cancel_p50_ms, cluster_cancel_p99_ms: from the begin of a cancel on one to
// the stop token of the job that runs on the other.

#include "bench/figures.hpp"
#include "bench/interleaved.hpp"
#include "bench/pg_database.hpp"
#include "bench/work.hpp"

#include <zzz_jobs/nodes/cluster.hpp>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <stop_token>
#include <thread>

namespace zzz_jobs::bench {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

/// Between two samples: all have gone to sleep, and the queue is told of at once.
constexpr auto pause = 15ms;

/// A time that one thread notes and another waits for, asleep.
class Moment {
public:
  void now() {
    at_.store(Steady::now().time_since_epoch().count());
    at_.notify_one();
  }
  [[nodiscard]] double ms_since(Steady::time_point begin) {
    at_.wait(0);
    const Steady::duration after{at_.exchange(0)};
    return std::chrono::duration<double, std::milli>{after - begin.time_since_epoch()}.count();
  }

private:
  std::atomic<Steady::rep> at_{0};
};

struct Node {
  Node(const PgDatabase& database, const std::string& name)
    : supervisor(database.config(), ten_at_once()),
      cluster(supervisor,
              {.section = {.listen = "127.0.0.1:0"}, .name = name, .log = log_nothing}) {}

  PgSupervisor supervisor;
  node::Cluster cluster;
};

void wait_for_link(node::Cluster& cluster) {
  const auto end = Steady::now() + 30s;
  while (Steady::now() < end) {
    const auto nodes = cluster.nodes();
    if (std::any_of(nodes.begin(), nodes.end(), [](const auto& node) { return node.linked; }))
      return;
    std::this_thread::sleep_for(10ms);
  }
  throw std::runtime_error{"the nodes have not found each other"};
}

/// Two nodes, of which `there` alone works.
struct Pair {
  Pair() {
    there.supervisor.register_worker("start",
                                     [this](std::string_view, JobContext&) { moment.now(); });
    there.supervisor.register_worker("wait", [this](std::string_view, JobContext& job) {
      std::atomic<bool> stopped{false};
      const std::stop_callback stop{job.stop_token(), [&] {
                                      moment.now();
                                      stopped = true;
                                      stopped.notify_one();
                                    }};
      running = true;
      running.notify_one();
      stopped.wait(false);
    });
    there.supervisor.start();
    wait_for_link(here.cluster);
  }
  ~Pair() { there.supervisor.stop(); }

  double start() {
    const auto begin = Steady::now();
    here.supervisor.enqueue("start");
    return moment.ms_since(begin);
  }

  double cancel() {
    const auto job = here.supervisor.enqueue("wait");
    running.wait(false);
    running = false;
    std::this_thread::sleep_for(pause);
    const auto begin = Steady::now();
    here.supervisor.cancel(job.id);
    return moment.ms_since(begin);
  }

  PgDatabase database{};
  Moment moment{};
  std::atomic<bool> running{false};
  Node here{database, "here"};
  Node there{database, "there"};
};

void measure(Bench& bench, const std::string& name, double (Pair::*sample)(), std::size_t count) {
  std::vector<double> p99;
  const auto p50 = repeated(bench, name, [&] {
    Pair nodes;
    std::vector<double> samples;
    for (std::size_t i = 0; i < count; ++i) {
      samples.push_back((nodes.*sample)());
      std::this_thread::sleep_for(pause);
    }
    p99.push_back(percentile(samples, 0.99));
    return percentile(samples, 0.5);
  });
  bench.figures.add({name + "_p50_ms", "ms", p50});
  bench.figures.add({name + "_p99_ms", "ms", p99});
}

} // namespace

void measure_cluster_latency(Bench& bench) {
  measure(bench, "cluster_start", &Pair::start, bench.effort.of(500));
  measure(bench, "cluster_cancel", &Pair::cancel, bench.effort.of(300));
}

} // namespace zzz_jobs::bench
