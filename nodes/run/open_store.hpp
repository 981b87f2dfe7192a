#pragma once

#include <zzz_jobs/actors/supervisor.hpp>
#include <zzz_jobs/config/node/node_config.hpp>

#include <memory>

namespace zzz_jobs::node {

/// A supervisor over whichever store a node's file names.
class OpenStore {
public:
  virtual ~OpenStore() = default;
  [[nodiscard]] virtual AnySupervisor& supervisor() noexcept = 0;
};

/// Opens the store of `config` with a supervisor that is not started yet.
/// @throws Error as the store does, and Error(unsupported) for a kind that this
/// program was built without.
[[nodiscard]] std::unique_ptr<OpenStore> open_store(const NodeConfig& config,
                                                    SupervisorConfig supervisor);

} // namespace zzz_jobs::node
