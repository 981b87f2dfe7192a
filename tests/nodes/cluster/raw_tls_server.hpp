#pragma once

#include <zzz_jobs/config/node/node_config.hpp>

#include <atomic>
#include <cstdint>
#include <thread>

struct ssl_ctx_st; // OpenSSL's SSL_CTX

namespace zzz_jobs::node::test {

/// Shows a certificate that no node of ours would listen with, and takes everybody.
/// It ends each connection after the handshake.
class RawTlsServer {
public:
  explicit RawTlsServer(const TlsSection& shown);
  ~RawTlsServer();
  RawTlsServer(const RawTlsServer&) = delete;
  RawTlsServer& operator=(const RawTlsServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Clients that went through with the handshake: they took it for one of theirs.
  [[nodiscard]] int believed() const { return believed_; }
  [[nodiscard]] int refused() const { return refused_; }

private:
  void serve();
  void shake_hands(int socket);

  ssl_ctx_st* context_;
  int socket_;
  std::uint16_t port_ = 0;
  std::atomic<int> believed_{0};
  std::atomic<int> refused_{0};
  std::thread thread_{};
};

} // namespace zzz_jobs::node::test
