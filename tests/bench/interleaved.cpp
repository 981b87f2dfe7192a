#include "bench/interleaved.hpp"

namespace zzz_jobs::bench {
namespace {

void tell_run(const Bench& bench, const std::string& what, int run) {
  tell(what + ": run " + std::to_string(run + 1) + " of " + std::to_string(bench.effort.runs()));
}

} // namespace

std::vector<double> Interleaved::ratios() const {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < base.size(); ++i)
    ratios.push_back(ours[i] / base[i]);
  return ratios;
}

Interleaved interleaved(const Bench& bench, const std::string& what,
                        const std::function<double()>& base, const std::function<double()>& ours) {
  Interleaved both;
  for (int run = 0; run < bench.effort.runs(); ++run) {
    tell_run(bench, what, run);
    both.base.push_back(base());
    both.ours.push_back(ours());
  }
  return both;
}

std::vector<double> repeated(const Bench& bench, const std::string& what,
                             const std::function<double()>& measure) {
  std::vector<double> values;
  for (int run = 0; run < bench.effort.runs(); ++run) {
    tell_run(bench, what, run);
    values.push_back(measure());
  }
  return values;
}

} // namespace zzz_jobs::bench
