// [cluster] and [http]

#include <zzz_jobs/config/node/address.hpp>
#include <zzz_jobs/config/node/detail/key_makers.hpp>
#include <zzz_jobs/config/node/detail/secret_keys.hpp>

#include <arpa/inet.h>

#include <algorithm>

namespace zzz_jobs::node::detail {
namespace {

constexpr std::size_t address_bytes_max = 270;
constexpr std::size_t token_bytes_min = 8;
constexpr std::size_t token_bytes_max = 1024;

Rule listen_rule(const std::string& text) {
  if (!parse_address(text))
    return "must be ADDRESS:PORT with a port of 0 to 65,535, got \"" + text + "\"";
  return {};
}

/// As the server wants it: which of a name's addresses would be meant?
Rule numeric_listen_rule(const std::string& text) {
  if (auto rule = listen_rule(text); !rule.empty())
    return rule;
  const auto host = parse_address(text)->host;
  in6_addr number{};
  if (inet_pton(AF_INET, host.c_str(), &number) != 1
      && inet_pton(AF_INET6, host.c_str(), &number) != 1)
    return "must have a number as its address, as in 127.0.0.1:8080 or [::1]:8080, got \"" + text
      + "\"";
  return {};
}

Rule advertise_rule(const std::string& text) {
  const auto address = parse_address(text);
  if (!address || address->port == 0)
    return "must be HOST:PORT with a port of 1 to 65,535, got \"" + text + "\"";
  return {};
}

template <class Get>
Key address_key(std::string name, Get get, std::function<Rule(const std::string&)> check) {
  auto key = text_key(std::move(name), get, address_bytes_max, std::move(check));
  key.facts.type = "HOST:PORT";
  key.facts.range.clear();
  return key;
}

/// It goes into a header of HTTP, so it is visible ASCII.
Rule read_token(const Value& value, HttpSection& http) {
  std::string text;
  if (auto rule = read_secret(value, token_bytes_max, text); !rule.empty())
    return rule;
  const bool visible =
    std::ranges::all_of(text, [](char byte) { return byte > ' ' && byte <= '~'; });
  if (!visible || text.size() < token_bytes_min)
    return "must be " + std::to_string(token_bytes_min) + " to " + grouped(token_bytes_max)
      + " visible ASCII characters";
  http.token = Secret{text};
  return {};
}

Key token_key() {
  return secret({.facts = {.name = "token",
                           .type = "text",
                           .range = std::to_string(token_bytes_min) + " to "
                             + grouped(token_bytes_max) + " visible ASCII characters"},
                 .read = [](const Value& value, NodeConfig& config,
                            std::size_t) { return read_token(value, config.http); },
                 .show =
                   [](const NodeConfig& config, std::size_t) {
                     const auto& token = config.http.token;
                     return token.empty() ? Value{} : Value{.data = token.reveal()};
                   }});
}

} // namespace

Section cluster_section() {
  return {
    .name = "cluster",
    .keys = {
      with_standard(boolean_key("join", ZZZ_JOBS_AT(cluster.join)), "true if another key is given"),
      address_key("listen", ZZZ_JOBS_AT(cluster.listen), listen_rule),
      with_standard(address_key("advertise", ZZZ_JOBS_AT(cluster.advertise), advertise_rule),
                    "what is listened on"),
      path_key("certificate", ZZZ_JOBS_AT(cluster.tls.certificate)),
      path_key("key", ZZZ_JOBS_AT(cluster.tls.key)), path_key("ca", ZZZ_JOBS_AT(cluster.tls.ca)),
      boolean_key("gateway", ZZZ_JOBS_AT(cluster.gateway))}};
}

Section http_section() {
  return {.name = "http",
          .keys = {address_key("listen", ZZZ_JOBS_AT(http.listen), numeric_listen_rule),
                   token_key(), secret_file_key("token_file"), secret_variable_key("token_env"),
                   path_key("certificate", ZZZ_JOBS_AT(http.certificate)),
                   path_key("key", ZZZ_JOBS_AT(http.key))}};
}

} // namespace zzz_jobs::node::detail
