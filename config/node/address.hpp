#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zzz_jobs::node {

/// Where something listens, or is connected to.
struct Address {
  std::string host{}; ///< name or number; an IPv6 one without its brackets
  std::uint16_t port = 0;
  bool operator==(const Address&) const = default;
};

/// "HOST:PORT" or "[IPV6]:PORT"; none if it is neither, or the port is no number of
/// 0 to 65,535.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);

/// The address in "zzz://HOST:PORT", a gateway's; its port is not 0.
[[nodiscard]] std::optional<Address> gateway_address(std::string_view url);

/// As parse_address reads it.
[[nodiscard]] std::string text_of(const Address& address);

/// Whether only this machine can reach it: 127.0.0.0/8, ::1, "localhost".
[[nodiscard]] bool is_loopback(std::string_view host);

} // namespace zzz_jobs::node
