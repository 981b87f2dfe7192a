#pragma once

#include <zzz_jobs/config/log.hpp>
#include <zzz_jobs/config/node/node_config.hpp>
#include <zzz_jobs/nodes/cluster/endpoint.hpp>
#include <zzz_jobs/nodes/cluster/pending_handshakes.hpp>
#include <zzz_jobs/nodes/cluster/tls_context.hpp>

#include <caf/actor.hpp>
#include <caf/fwd.hpp>
#include <caf/io/scribe.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

namespace zzz_jobs::node {

/// How this process is linked to others: mutual TLS where [cluster] has
/// certificates, else plain and then over loopback only. Nothing else of CAF's
/// network is used. The actor system must outlive it.
class Transport {
public:
  /// Reads and checks the certificates.
  /// @throws Error(invalid_argument) for them, or a system without middleman.
  Transport(caf::actor_system& system, const TlsSection& tls, LogSink log = log_to_stderr);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  [[nodiscard]] bool is_secure() const noexcept { return !files_.certificate.empty(); }

  /// Lets others reach `actor` there; says at which port (0 picks one).
  /// @throws Error(invalid_argument) for an address that is not loopback without TLS;
  /// Error(unavailable) if it cannot be listened on.
  std::uint16_t publish(const caf::actor& actor, const Endpoint& at);
  /// Closes the port; links that came in through it stay.
  void close(std::uint16_t port);

  /// A connection for the broker; waits for it, at most so long.
  /// @throws Error(unavailable) says why there is none; Error(invalid_argument).
  [[nodiscard]] caf::io::scribe_ptr connect(const Endpoint& to, std::chrono::milliseconds limit);
  /// CAF's broker of node connections.
  [[nodiscard]] const caf::actor& broker() const noexcept { return broker_; }

  /// Takes over certificates that were renewed; where they do not hold, the old ones
  /// stay, and that is logged. Called from time to time.
  void look_at_files();

  /// Connections that came in and have not shown a certificate yet.
  [[nodiscard]] std::size_t pending_handshakes() const { return pending_->count(); }

private:
  [[nodiscard]] TlsContext context() const;
  void refuse_open_address(const Endpoint& endpoint, const char* what) const;

  caf::actor_system& system_;
  const TlsSection files_;
  LogSink log_;
  caf::actor broker_;
  std::shared_ptr<PendingHandshakes> pending_;
  caf::actor sweeper_{};
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

} // namespace zzz_jobs::node
