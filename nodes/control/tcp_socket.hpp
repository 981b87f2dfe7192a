#pragma once

#include <zzz_jobs/nodes/control/socket_io.hpp>

#include <cstdint>
#include <string>

namespace zzz_jobs::node::control {

/// Where something listens.
struct TcpAddress {
  std::string host{}; ///< a number: "127.0.0.1", "::1"
  std::uint16_t port = 0;

  [[nodiscard]] bool is_loopback() const;
  /// "127.0.0.1:80", "[::1]:80".
  [[nodiscard]] std::string text() const;
};

/// "ADDRESS:PORT"; IPv6 addresses stand in brackets.
/// @throws Error(invalid_argument) with the rule.
[[nodiscard]] TcpAddress parse_tcp_address(const std::string& text);

struct TcpListener {
  Fd socket{};
  TcpAddress address{}; ///< with the port that was chosen for port 0
};

/// @throws Error(unavailable) with address and reason.
[[nodiscard]] TcpListener listen_on(const TcpAddress& address);

} // namespace zzz_jobs::node::control
