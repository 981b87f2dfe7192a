#include <zzz_jobs/actors/runtime/worker_registry.hpp>

#include <utility>

namespace zzz_jobs::runtime {

void WorkerRegistry::add(WorkerDef worker) {
  const std::lock_guard lock(mutex_);
  auto workers = std::make_shared<Workers>(*workers_);
  auto names = std::make_shared<std::unordered_set<std::string>>(*names_);
  auto name = worker.name;
  names->insert(name);
  (*workers)[std::move(name)] = std::make_shared<const WorkerDef>(std::move(worker));
  workers_ = std::move(workers);
  names_ = std::move(names);
}

WorkersSnapshot WorkerRegistry::workers() const {
  const std::lock_guard lock(mutex_);
  return workers_;
}

KnownWorkers WorkerRegistry::names() const {
  const std::lock_guard lock(mutex_);
  return names_;
}

} // namespace zzz_jobs::runtime
