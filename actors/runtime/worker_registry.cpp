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

bool WorkerRegistry::remove(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = workers_->find(name);
  if (found == workers_->end())
    return false;
  auto workers = std::make_shared<Workers>(*workers_);
  auto names = std::make_shared<std::unordered_set<std::string>>(*names_);
  names->erase(found->first);
  workers->erase(found->first);
  workers_ = std::move(workers);
  names_ = std::move(names);
  return true;
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
