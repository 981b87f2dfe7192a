#pragma once

#include "support/supervisors.hpp"

#include <zzz_jobs/nodes/cluster/cluster_system.hpp>
#include <zzz_jobs/nodes/cluster/gatekeeper.hpp>
#include <zzz_jobs/nodes/cluster/remote_store.hpp>
#include <zzz_jobs/nodes/cluster/store_gateway.hpp>
#include <zzz_jobs/nodes/cluster/transport.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace zzz_jobs::node::test {

/// One end of the network: links need an actor system at each end.
struct NetworkEnd {
  ClusterSystem system{};
  std::shared_ptr<Transport> transport =
    std::make_shared<Transport>(system.system(), TlsSection{}, log_nothing);
};

/// A node that has a store of type `S`, and lets guests work through it.
template <class S = MemoryStore>
class GatewayNode {
public:
  explicit GatewayNode(typename S::Config store, SupervisorConfig config = support::quick(),
                       std::uint16_t port = 0, StoreGateway::Setting setting = {})
    : supervisor_(std::move(store), std::move(config)),
      gateway_(std::in_place, end_.system.system(), supervisor_, setting),
      gatekeeper_(end_.system.system(), end_.transport) {
    gatekeeper_.add_kind(store_kind, gateway_->factory());
    port_ = gatekeeper_.open({"127.0.0.1", port});
  }

  [[nodiscard]] Supervisor<S>& supervisor() noexcept { return supervisor_; }
  [[nodiscard]] StoreGateway& gateway() noexcept { return *gateway_; }
  /// As when the node ends.
  void close_gateway() { gateway_.reset(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string url() const { return "zzz://127.0.0.1:" + std::to_string(port_); }

private:
  NetworkEnd end_{};
  Supervisor<S> supervisor_;
  std::optional<StoreGateway> gateway_;
  Gatekeeper gatekeeper_;
  std::uint16_t port_ = 0;
};

[[nodiscard]] inline RemoteStore::Config guest_of(std::vector<std::string> gateways) {
  return {.gateways = std::move(gateways),
          .name = "guest",
          .connect_timeout = std::chrono::seconds{20},
          .log = log_nothing};
}

} // namespace zzz_jobs::node::test
