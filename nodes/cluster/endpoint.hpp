#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace zzz_jobs::node {

/// Where links are taken or made to.
struct Endpoint {
  std::string host{}; ///< an address or a name; IPv6 without brackets
  std::uint16_t port = 0;
};

/// "HOST:PORT" or "[IPV6]:PORT"; `field` is named by errors.
/// @throws Error(invalid_argument).
[[nodiscard]] Endpoint parse_endpoint(std::string_view field, std::string_view text);

/// The same from "zzz://HOST:PORT".
[[nodiscard]] Endpoint parse_gateway(std::string_view field, std::string_view text);

/// As parse_endpoint reads it.
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

/// Whether only this machine's programs can reach it: 127.0.0.0/8, ::1, localhost.
[[nodiscard]] bool is_loopback(const Endpoint& endpoint);

} // namespace zzz_jobs::node
