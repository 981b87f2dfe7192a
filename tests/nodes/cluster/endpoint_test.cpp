#include "support/catch.hpp"

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/cluster/endpoint.hpp>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using support::has;

TEST_CASE("endpoints are read and written") {
  const auto [text, host, port] = GENERATE(table<std::string, std::string, int>({
    {"127.0.0.1:4040", "127.0.0.1", 4040},
    {"node-1.example.org:1", "node-1.example.org", 1},
    {"[::1]:65535", "::1", 65535},
    {"localhost:0", "localhost", 0},
  }));
  const auto endpoint = parse_endpoint("cluster.listen", text);
  CHECK(endpoint.host == host);
  CHECK(endpoint.port == port);
  CHECK(to_string(endpoint) == text);
}

TEST_CASE("what is no endpoint is refused with the field and the rule") {
  const auto [text, rule] = GENERATE(table<std::string, std::string>({
    {"", "must be HOST:PORT"},
    {"host", "must be HOST:PORT"},
    {":1", "must be HOST:PORT"},
    {"host:", "must end in a port"},
    {"host:65536", "must end in a port"},
    {"host:-1", "must end in a port"},
    {"host:1x", "must end in a port"},
    {"::1:80", "an IPv6 address in brackets"},
    {"[nonsense]:80", "must have an IPv6 address"},
    {"a b:80", "must be HOST:PORT"},
  }));
  CHECK_THROWS_WITH(parse_endpoint("cluster.listen", text), has(rule));
  CHECK_THROWS_WITH(parse_endpoint("cluster.listen", text), has("cluster.listen"));
  CHECK_THROWS_AS(parse_endpoint("cluster.listen", text), Error);
}

TEST_CASE("gateways are named by a scheme and a port") {
  CHECK(to_string(parse_gateway("store.url", "zzz://db-1:4040")) == "db-1:4040");
  CHECK_THROWS_WITH(parse_gateway("store.url", "db-1:4040"), has("must be zzz://HOST:PORT"));
  CHECK_THROWS_WITH(parse_gateway("store.url", "zzz://db-1:0"), has("must name a port"));
}

TEST_CASE("loopback is what only this machine reaches") {
  const auto [text, loopback] = GENERATE(table<std::string, bool>({
    {"127.0.0.1:1", true},
    {"127.9.9.9:1", true},
    {"[::1]:1", true},
    {"localhost:1", true},
    {"0.0.0.0:1", false},
    {"10.0.0.5:1", false},
    {"[::]:1", false},
    {"127.example.org:1", false},
  }));
  CHECK(is_loopback(parse_endpoint("x", text)) == loopback);
}
