#pragma once

#include <zzz_jobs/config/node/node_config.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace zzz_jobs::node::test {

/// A TCP connection to a port of this machine, without CAF.
class RawClient {
public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;

  void send(const std::string& bytes) const;
  /// False if nothing ended the connection within the time.
  [[nodiscard]] bool is_ended_within(std::chrono::milliseconds limit) const;
  [[nodiscard]] int socket() const noexcept { return socket_; }

private:
  int socket_;
};

/// What a TLS client with this certificate gets of a server that greets first:
/// its first bytes, or nothing if it was refused.
[[nodiscard]] std::string first_bytes_over_tls(std::uint16_t port,
                                               const std::optional<TlsSection>& tls,
                                               int highest_version = 0);

} // namespace zzz_jobs::node::test
