// memory_latency_p50_ms, memory_latency_p99_ms

#include "bench/latency.hpp"

#include "bench/interleaved.hpp"
#include "bench/work.hpp"

#include <atomic>
#include <thread>

namespace zzz_jobs::bench {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

/// Between two samples: all threads have gone to sleep again.
constexpr auto pause = 2ms;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Steady::now().time_since_epoch())
    .count();
}

/// When the handler began. The one who waits sleeps meanwhile: on two cores a
/// spinning one would take the handler's.
struct Start {
  std::atomic<std::int64_t> at{0};

  void now() {
    at.store(now_ns());
    at.notify_one();
  }
  std::int64_t wait() {
    at.wait(0);
    return at.exchange(0);
  }
};

std::vector<double> latencies_ms(AnySupervisor& supervisor, std::size_t samples) {
  const auto start = std::make_shared<Start>();
  supervisor.register_worker(std::string{no_op},
                             [start](std::string_view, JobContext&) { start->now(); });
  supervisor.start();
  std::vector<double> latencies;
  for (std::size_t i = 0; i < samples; ++i) {
    const auto begin = now_ns();
    supervisor.enqueue(no_op, std::string{args_60_bytes});
    latencies.push_back(static_cast<double>(start->wait() - begin) / 1e6);
    wait_for_completed(supervisor, i + 1);
    std::this_thread::sleep_for(pause);
  }
  return latencies;
}

} // namespace

void measure_latency_of(Bench& bench, const std::string& name,
                        const std::function<std::shared_ptr<AnySupervisor>()>& make) {
  std::vector<double> p99;
  const auto p50 = repeated(bench, name, [&] {
    const auto supervisor = make();
    const auto latencies = latencies_ms(*supervisor, bench.effort.of(1000));
    p99.push_back(percentile(latencies, 0.99));
    return percentile(latencies, 0.5);
  });
  bench.figures.add({name + "_p50_ms", "ms", p50});
  bench.figures.add({name + "_p99_ms", "ms", p99});
}

void measure_latency(Bench& bench) {
  measure_latency_of(bench, "memory_latency", [] {
    return std::make_shared<MemorySupervisor>(MemoryStore::Config{}, ten_at_once());
  });
}

} // namespace zzz_jobs::bench
