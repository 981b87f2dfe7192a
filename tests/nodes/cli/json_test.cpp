// With --json every verb answers with one document.
#include "test_host.hpp"

#include <zzz_jobs/nodes/cli/verb.hpp>

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <zzz_jobs/actors/supervisor.hpp>
#include <zzz_jobs/nodes/control/node_api.hpp>

#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <set>

namespace {

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using nlohmann::json;
using test::TestHost;
using Words = std::vector<std::string>;

/// Their output is a script, a page or a running node; `migrate` needs a server, see
/// pg_test.cpp.
const std::set<std::string> others{"node run",   "completion",   "manual",     "migrate status",
                                   "migrate up", "migrate down", "migrate sql"};

/// A node in this process, with two jobs and all that a verb may ask for.
struct Asked {
  MemorySupervisor supervisor{{}, {.queues = {{.name = "mail"}}, .log = log_nothing}};
  Api api{{.supervisor = supervisor,
           .facts = {.name = "alpha", .store = "memory", .started_at = system_clock()->now()},
           .stop = [] {},
           .doctor = [] { return std::vector<DoctorFinding>{{.check = "x", .level = "fine"}}; }}};
  std::string first = std::to_string(supervisor.enqueue("done").id);
  std::string second = std::to_string(supervisor.enqueue("done").id);
  TestHost host;
  support::TempFolder folder;

  Asked() {
    supervisor.register_cron("nightly", "0 3 * * *", "done");
    host.answers = [this](const ApiRequest& request) { return api.call(request); };
    std::ofstream(file()) << "[store]\nkind = \"memory\"\n";
  }
  [[nodiscard]] std::string file() const { return (folder.path() / "node.toml").string(); }

  json answer(const std::string& verb, const Words& arguments) {
    Words words;
    for (std::size_t begin = 0; begin <= verb.size();) {
      const auto end = std::min(verb.find(' ', begin), verb.size());
      words.push_back(verb.substr(begin, end - begin));
      begin = end + 1;
    }
    words.insert(words.end(), arguments.begin(), arguments.end());
    words.emplace_back("--json");
    const auto status = host.run(words);
    INFO(host.complained());
    CHECK(status == cli::exit_ok);
    CHECK(host.complained().empty());
    INFO(host.said());
    auto document = json::parse(host.said(), nullptr, false);
    CHECK(document.is_object());
    return document;
  }
};

TEST_CASE("with --json every verb writes one document, and nothing else", "[api]") {
  Asked node;
  const auto id = node.answer("node list", {}).at("nodes").at(0).at("id").get<std::int64_t>();
  const std::map<std::string, Words> arguments{
    {"enqueue", {"done", "{}"}},
    {"job list", {}},
    {"job show", {node.first}},
    {"job cancel", {node.first}},
    {"job retry", {node.first}},
    {"job delete", {node.first}},
    {"why", {node.second}},
    {"queue list", {}},
    {"queue pause", {"mail"}},
    {"queue resume", {"mail"}},
    {"queue scale", {"mail", "3"}},
    {"queue drain", {"mail"}},
    {"node list", {}},
    {"node stop", {std::to_string(id)}},
    {"cron list", {}},
    {"cron preview", {"nightly"}},
    {"cron run", {"nightly"}},
    {"cron pause", {"nightly"}},
    {"cron resume", {"nightly"}},
    {"stats", {}},
    {"top", {"--once"}},
    {"health", {}},
    {"doctor", {}},
    {"config check", {"--config", node.file()}},
    {"config show", {"--config", node.file()}},
    {"bench", {"--jobs", "1", "--samples", "1"}},
    {"version", {}},
  };
  for (const auto& verb : cli::verbs()) {
    const std::string name{verb.name};
    if (others.contains(name))
      continue;
    INFO("the words of " << name << " are missing above");
    REQUIRE(arguments.contains(name));
    CAPTURE(name);
    (void)node.answer(name, arguments.at(name));
  }
  node.host.input.str("{\"worker\": \"done\"}\n");
  CHECK(node.answer("enqueue", {"-"}).is_object());
}

} // namespace
