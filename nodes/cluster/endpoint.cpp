#include <zzz_jobs/nodes/cluster/endpoint.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>

namespace zzz_jobs::node {
namespace {

[[noreturn]] void refuse(std::string_view field, std::string_view text, std::string_view rule) {
  throw Error{errc::invalid_argument,
              std::string{field} + " " + std::string{rule} + ", got \"" + std::string{text} + "\""};
}

std::uint16_t parse_port(std::string_view field, std::string_view text, std::string_view digits) {
  std::uint16_t port = 0;
  const auto* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, port);
  if (digits.empty() || read.ec != std::errc{} || read.ptr != end)
    refuse(field, text, "must end in a port, 0..65535");
  return port;
}

bool is_host_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.'
    || c == '-' || c == '_';
}

} // namespace

Endpoint parse_endpoint(std::string_view field, std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    refuse(field, text, "must be HOST:PORT");
  Endpoint endpoint{.host = std::string{text.substr(0, colon)},
                    .port = parse_port(field, text, text.substr(colon + 1))};
  auto& host = endpoint.host;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    in6_addr address{};
    if (inet_pton(AF_INET6, host.c_str(), &address) != 1)
      refuse(field, text, "must have an IPv6 address between its brackets");
  } else if (!std::all_of(host.begin(), host.end(), is_host_character)) {
    refuse(field, text, "must be HOST:PORT, an IPv6 address in brackets");
  }
  return endpoint;
}

Endpoint parse_gateway(std::string_view field, std::string_view text) {
  constexpr std::string_view scheme = "zzz://";
  if (!text.starts_with(scheme))
    refuse(field, text, "must be zzz://HOST:PORT");
  auto endpoint = parse_endpoint(field, text.substr(scheme.size()));
  if (endpoint.port == 0)
    refuse(field, text, "must name a port");
  return endpoint;
}

std::string to_string(const Endpoint& endpoint) {
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + endpoint.host + "]" : endpoint.host) + ":"
    + std::to_string(endpoint.port);
}

bool is_loopback(const Endpoint& endpoint) {
  if (endpoint.host == "localhost")
    return true;
  in_addr four{};
  if (inet_pton(AF_INET, endpoint.host.c_str(), &four) == 1)
    return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  return inet_pton(AF_INET6, endpoint.host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

} // namespace zzz_jobs::node
