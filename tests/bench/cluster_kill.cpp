// cluster_guest_killed_s, cluster_peer_killed_s
//
// From the kill -9 of a process that runs a job to the begin of that job's next run in
// this process: the median, a run, of some kills. A guest's process works through this
// one, over a link with mutual TLS; a peer's has a connection of its own.

#include "bench/figures.hpp"
#include "bench/interleaved.hpp"
#include "bench/pg_database.hpp"
#include "bench/pg_node.hpp"
#include "bench/pg_process.hpp"
#include "bench/work.hpp"
#include "nodes/cluster/certificates.hpp"

#include <zzz_jobs/nodes/cluster.hpp>
#include <zzz_jobs/nodes/cluster/endpoint.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace zzz_jobs::bench {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto patience = 60s;

template <class Condition>
void wait_until(const char* what, const Condition& holds) {
  const auto end = Steady::now() + patience;
  while (!holds()) {
    if (Steady::now() > end)
      throw std::runtime_error{what};
    std::this_thread::sleep_for(1ms);
  }
}

SupervisorConfig quiet() {
  auto config = ten_at_once();
  config.log = log_nothing; // that jobs are rescued is what is measured
  return config;
}

/// It knows the worker only while a killed process's job is to be taken over.
class Heir {
public:
  explicit Heir(const node::TlsSection& tls)
    : supervisor_(database_.config(), quiet()),
      cluster_(supervisor_,
               {.section = {.listen = "127.0.0.1:0", .tls = tls, .gateway = true},
                .name = "heir",
                .log = log_nothing}) {
    supervisor_.start();
  }
  ~Heir() { supervisor_.stop(); }
  Heir(const Heir&) = delete;
  Heir& operator=(const Heir&) = delete;

  [[nodiscard]] const std::string& schema() const { return database_.schema(); }
  [[nodiscard]] std::string port() const {
    return std::to_string(node::parse_endpoint("gateway", cluster_.address()).port);
  }

  double seconds_to_take_over(PgProcess& victim) {
    victim.start();
    const auto job = supervisor_.enqueue(held_job);
    wait_until("the process to be killed has no job", [&] { return victim.last() == job.id; });
    begun_ = 0;
    supervisor_.register_worker(std::string{held_job}, [this](std::string_view, JobContext&) {
      begun_ = Steady::now().time_since_epoch().count();
    });
    const auto killed = Steady::now();
    victim.kill();
    wait_until("nobody has taken over the job", [&] { return begun_ != 0; });
    const Steady::duration at{begun_.load()};
    supervisor_.remove_worker(held_job);
    return std::chrono::duration<double>(at - killed.time_since_epoch()).count();
  }

private:
  PgDatabase database_{};
  std::atomic<Steady::rep> begun_{0};
  PgSupervisor supervisor_;
  node::Cluster cluster_;
};

double median_of_kills(const Bench& bench, Heir& heir, const std::string& what,
                       const std::string& where) {
  std::vector<double> seconds;
  for (int kill = 0; kill < (bench.effort.quick ? 1 : 5); ++kill) {
    PgProcess victim{what, where};
    seconds.push_back(heir.seconds_to_take_over(victim));
  }
  return median(seconds);
}

} // namespace

void measure_cluster_kill(Bench& bench) {
  const auto folder = bench.directory / "kill";
  std::filesystem::create_directories(folder);
  const auto tls = node::test::Authority{folder}.issue("node");
  const auto guest = repeated(bench, "cluster guest killed", [&] {
    Heir heir{tls};
    return median_of_kills(bench, heir, "held-guest:" + folder.string(), heir.port());
  });
  bench.figures.add({"cluster_guest_killed_s", "s", guest});
  const auto peer = repeated(bench, "cluster peer killed", [&] {
    Heir heir{tls};
    return median_of_kills(bench, heir, "held-peer:" + folder.string(), heir.schema());
  });
  bench.figures.add({"cluster_peer_killed_s", "s", peer});
}

} // namespace zzz_jobs::bench
