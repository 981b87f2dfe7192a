#pragma once

#include <zzz_jobs/actors/supervisor.hpp>
#include <zzz_jobs/config/node/node_config.hpp>
#include <zzz_jobs/nodes/control/node_api.hpp>

#include <memory>
#include <vector>

namespace zzz_jobs::node {

/// A supervisor over whichever store a node's file names.
class OpenStore {
public:
  virtual ~OpenStore() = default;
  [[nodiscard]] virtual AnySupervisor& supervisor() noexcept = 0;
  /// How its connections are. Any thread; at once.
  [[nodiscard]] virtual std::vector<HealthCheck> checks() = 0;
};

struct Links;

/// Opens the store of `config` with a supervisor that is not started yet. `links` are
/// the process's, and outlive it; null: a store that needs some makes its own.
/// @throws Error as the store does, and Error(unsupported) for a kind that this
/// program was built without.
[[nodiscard]] std::unique_ptr<OpenStore>
open_store(const NodeConfig& config, SupervisorConfig supervisor, Links* links = nullptr);

} // namespace zzz_jobs::node
