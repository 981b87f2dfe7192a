#pragma once

#include <zzz_jobs/actors/worker_def.hpp>
#include <zzz_jobs/stores/batch.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace zzz_jobs::runtime {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

/// The workers at one moment: name to definition.
using Workers =
  std::unordered_map<std::string, std::shared_ptr<const WorkerDef>, TextHash, std::equal_to<>>;
using WorkersSnapshot = std::shared_ptr<const Workers>;

/// The workers of this process. Readers take a snapshot, so that a registration
/// while jobs run disturbs nobody. Any thread.
class WorkerRegistry {
public:
  void add(WorkerDef worker);
  /// False if there is none of the name.
  bool remove(std::string_view name);
  [[nodiscard]] WorkersSnapshot workers() const;
  /// The names, for claims.
  [[nodiscard]] KnownWorkers names() const;

private:
  mutable std::mutex mutex_{};
  WorkersSnapshot workers_ = std::make_shared<const Workers>();
  KnownWorkers names_ = std::make_shared<const std::unordered_set<std::string>>();
};

} // namespace zzz_jobs::runtime
