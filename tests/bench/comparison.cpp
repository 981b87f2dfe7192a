#include "bench/comparison.hpp"

#include "bench/interleaved.hpp"

namespace zzz_jobs::bench {

void compare_to_limit(Bench& bench, const std::string& name, std::size_t count,
                      const std::function<Spent()>& limit, const std::function<Spent()>& project) {
  const auto jobs = static_cast<double>(count);
  const auto jobs_per_s = [jobs](const Spent& spent, std::vector<double>& cpu) {
    cpu.push_back(spent.cpu / jobs * 1e6);
    return jobs / spent.wall;
  };
  std::vector<double> limit_cpu;
  std::vector<double> cpu;
  const auto both = interleaved(
    bench, name, [&] { return jobs_per_s(limit(), limit_cpu); },
    [&] { return jobs_per_s(project(), cpu); });
  bench.figures.add({name + "_limit_jobs_per_s", "jobs/s", both.base});
  bench.figures.add({name + "_jobs_per_s", "jobs/s", both.ours});
  bench.figures.add({name + "_ratio", "of limit", both.ratios()});
  bench.figures.add({name + "_limit_cpu_us_per_job", "us", limit_cpu});
  bench.figures.add({name + "_cpu_us_per_job", "us", cpu});
}

} // namespace zzz_jobs::bench
