#include <zzz_jobs/nodes/cli/machine_problems.hpp>

#include <zzz_jobs/nodes/cluster/tls_context.hpp>
#include <zzz_jobs/nodes/control/tls.hpp>
#include <zzz_jobs/nodes/workers/check_workers.hpp>

#include <utility>
#include <vector>

namespace zzz_jobs::node::cli {
namespace {

void add(LoadedConfig& loaded, std::vector<ConfigProblem> problems) {
  for (auto& problem : problems) {
    const auto origin = loaded.origins.find(problem.key);
    if (origin != loaded.origins.end())
      problem.origin = origin->second;
    loaded.problems.push_back(std::move(problem));
  }
}

} // namespace

void add_machine_problems(LoadedConfig& loaded) {
  add(loaded, problems_of_workers(loaded));
  // One of them alone is a problem of the file, and found there.
  const auto& tls = loaded.config.cluster.tls;
  if (!tls.certificate.empty() && !tls.key.empty() && !tls.ca.empty())
    add(loaded, problems_of(tls));
  add(loaded, control::problems_of(loaded.config.http));
}

} // namespace zzz_jobs::node::cli
