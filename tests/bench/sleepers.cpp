// sleep500_ratio
//
// 10,000 jobs that sleep 20 ms each, 500 at a time: the time they take, from
// start() to the last one recorded, to the 400 ms that nobody could beat.

#include "bench/interleaved.hpp"
#include "bench/work.hpp"

#include <thread>

namespace zzz_jobs::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t handlers = 500;
constexpr auto nap = 20ms;

double ratio_to_ideal(std::size_t naps_each) {
  const auto count = handlers * naps_each;
  auto config = ten_at_once();
  config.queues[0].concurrency = handlers;
  MemorySupervisor supervisor{{.capacity = count}, config};
  supervisor.register_worker(
    std::string{no_op}, [](std::string_view, JobContext&) { std::this_thread::sleep_for(nap); });
  for (auto& call : calls_of(count))
    supervisor.enqueue_many(std::move(call));
  const std::chrono::duration<double> ideal = nap * naps_each;
  return spent_on_drain(supervisor, count).wall / ideal.count();
}

} // namespace

void measure_sleepers(Bench& bench) {
  const std::size_t naps_each = bench.effort.quick ? 2 : 20;
  bench.figures.add({"sleep500_ratio", "x",
                     repeated(bench, "500 sleepers", [&] { return ratio_to_ideal(naps_each); })});
}

} // namespace zzz_jobs::bench
