// memory_enqueue_jobs_per_s, memory_drain_jobs_per_s, memory_lifecycle_jobs_per_s
//
// A million jobs put in by one thread in calls of 1000, then worked by ten
// handlers that do nothing. The lifecycle's time is the sum of both. Making the
// requests counts, as an application has to make them too.

#include "bench/interleaved.hpp"
#include "bench/work.hpp"

namespace zzz_jobs::bench {
namespace {

struct Seconds {
  double enqueue = 0;
  double drain = 0;
};

Seconds lifecycle(std::size_t count) {
  MemorySupervisor supervisor{{.capacity = count}, ten_at_once()};
  register_no_op(supervisor);
  Seconds seconds;
  const Stopwatch watch;
  for (std::size_t done = 0; done < count; done += jobs_a_call)
    supervisor.enqueue_many(requests(std::min(jobs_a_call, count - done)));
  seconds.enqueue = watch.seconds();
  seconds.drain = spent_on_drain(supervisor, count).wall;
  return seconds;
}

} // namespace

void measure_lifecycle(Bench& bench) {
  const auto count = bench.effort.of(1'000'000);
  const auto jobs = static_cast<double>(count);
  std::vector<double> enqueue;
  std::vector<double> drain;
  const auto both = repeated(bench, "memory lifecycle", [&] {
    const auto seconds = lifecycle(count);
    enqueue.push_back(jobs / seconds.enqueue);
    drain.push_back(jobs / seconds.drain);
    return jobs / (seconds.enqueue + seconds.drain);
  });
  bench.figures.add({"memory_enqueue_jobs_per_s", "jobs/s", enqueue});
  bench.figures.add({"memory_drain_jobs_per_s", "jobs/s", drain});
  bench.figures.add({"memory_lifecycle_jobs_per_s", "jobs/s", both});
}

} // namespace zzz_jobs::bench
