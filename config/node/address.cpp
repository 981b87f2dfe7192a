#include <zzz_jobs/config/node/address.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>

namespace zzz_jobs::node {
namespace {

constexpr std::string_view gateway_scheme = "zzz://";

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || stopped != end)
    return {};
  return port;
}

bool is_ipv6(const std::string& host) {
  in6_addr parsed{};
  return inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

/// Letters, digits, dots, dashes and underscores: names and IPv4 numbers.
bool is_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
      || (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '_';
  });
}

} // namespace

std::optional<Address> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return {};
  const auto port = port_of(text.substr(colon + 1));
  std::string host{text.substr(0, colon)};
  if (!port)
    return {};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (!is_ipv6(host))
      return {};
  } else if (!is_name(host)) {
    return {};
  }
  return Address{host, *port};
}

std::optional<Address> gateway_address(std::string_view url) {
  if (!url.starts_with(gateway_scheme))
    return {};
  auto address = parse_address(url.substr(gateway_scheme.size()));
  if (address && address->port == 0)
    return {};
  return address;
}

std::string text_of(const Address& address) {
  const auto port = ":" + std::to_string(address.port);
  return address.host.find(':') == std::string::npos ? address.host + port
                                                     : "[" + address.host + "]" + port;
}

bool is_loopback(std::string_view host) {
  const std::string text{host};
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1)
    return (ntohl(v4.s_addr) >> 24U) == 127;
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) == 1)
    return IN6_IS_ADDR_LOOPBACK(&v6) != 0;
  return text == "localhost";
}

} // namespace zzz_jobs::node
