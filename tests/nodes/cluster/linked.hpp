#pragma once

#include <zzz_jobs/nodes/cluster/cluster_system.hpp>
#include <zzz_jobs/nodes/cluster/gatekeeper.hpp>
#include <zzz_jobs/nodes/cluster/link.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace zzz_jobs::node::test {

/// A process's end of the network: an actor system and a transport.
struct Place {
  explicit Place(const TlsSection& tls = {})
    : transport(std::make_shared<Transport>(system.system(), tls, log_nothing)) {}

  ClusterSystem system{};
  std::shared_ptr<Transport> transport;
};

/// A place that takes links of the kind "echo": a session says back what it hears.
class EchoServer {
public:
  explicit EchoServer(const TlsSection& tls = {}, std::uint16_t port = 0);
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] Place& place() noexcept { return place_; }
  [[nodiscard]] Gatekeeper& gatekeeper() noexcept { return gatekeeper_; }

private:
  Place place_;
  Gatekeeper gatekeeper_;
  std::uint16_t port_;
};

/// A place with a link to servers on these ports of this machine.
class EchoClient {
public:
  explicit EchoClient(const std::vector<std::uint16_t>& ports, const TlsSection& tls = {},
                      Hello hello = {.kind = "echo"});
  ~EchoClient();

  [[nodiscard]] int ups() const { return ups_; }
  [[nodiscard]] int losses() const { return losses_; }
  [[nodiscard]] int failures() const { return failures_; }
  [[nodiscard]] std::string reason() const; ///< of the last loss or failure
  [[nodiscard]] std::uint16_t linked_port() const { return linked_port_; } ///< 0: down
  /// Whether the session says this back within the deadline.
  [[nodiscard]] bool hears_echo(const std::string& text);
  /// Whether somebody says this within the deadline, or has said it.
  [[nodiscard]] bool hears(const std::string& text);
  [[nodiscard]] caf::actor session() const;
  [[nodiscard]] Place& place() noexcept { return place_; }
  [[nodiscard]] const caf::actor& link() const noexcept { return link_; }

private:
  Place place_;
  std::atomic<int> ups_{0}, losses_{0}, failures_{0};
  std::atomic<std::uint16_t> linked_port_{0};
  mutable std::mutex mutex_{}; ///< for what follows
  std::string reason_{};
  caf::actor session_{};
  std::vector<std::string> heard_{};
  caf::actor ear_{};
  caf::actor link_{};
};

} // namespace zzz_jobs::node::test
