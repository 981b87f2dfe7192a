#include "nodes/control/asking.hpp"
#include "nodes/control/named_cluster.hpp"
#include "support/catch.hpp"

#include <zzz_jobs/nodes/control/context.hpp>
#include <zzz_jobs/nodes/control/json.hpp>
#include <zzz_jobs/nodes/control/metrics.hpp>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

using namespace zzz_jobs;
using namespace zzz_jobs::node::tests;

namespace {

std::string page() {
  std::ifstream file(ZZZ_JOBS_HTTP_API_PAGE);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What the pattern's first group matches in a text.
std::set<std::string> all(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at)
    found.insert((*at)[1]);
  return found;
}

} // namespace

TEST_CASE("the page names every route, and no other", "[control][docs]") {
  std::set<std::string> routes;
  for (const auto& route : node::control::all_routes())
    routes.insert(std::string{route.method} + " " + std::string{route.path});
  std::set<std::string> documented;
  for (const auto& one : all(page(), R"(\n\| `((GET|POST|DELETE) /api/[^`]*)`)"))
    documented.insert(std::regex_replace(one, std::regex("ID|NAME"), "*"));
  CHECK(documented == routes);
}

TEST_CASE("the page names every metric, and no other", "[control][docs]") {
  MemorySupervisor supervisor({}, support::quick());
  NamedCluster cluster;
  node::Metrics metrics({.supervisor = supervisor, .cluster = &cluster});
  CHECK(all(page(), R"(\n\| `(zzz_jobs_[a-z_]+)`)") == all(metrics.text(), R"(# TYPE (\S+) )"));
}

TEST_CASE("the page tells every error's status", "[control][docs]") {
  const auto text = page();
  for (int number = 1; number <= static_cast<int>(errc::unsupported); ++number) {
    const auto code = static_cast<errc>(number);
    const auto status = std::to_string(node::control::status_of(code));
    CAPTURE(to_string(code));
    CHECK(std::regex_search(
      text, std::regex("\n\\| " + status + " \\|[^\n]*`" + std::string{to_string(code)} + "`")));
  }
}

TEST_CASE("the page names every key of a job that is enqueued", "[control][docs]") {
  Node node;
  const auto refused = post(node.api, "/jobs", R"({"worker": "w", "x": 1})").error();
  const auto keys = refused.substr(refused.find("there are ") + 10);
  const auto text = page();
  for (const auto& key : all(keys, "([a-z_]+)"))
    CHECK(text.find("`" + key + "`") != std::string::npos);
}
