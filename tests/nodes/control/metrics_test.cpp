#include "nodes/control/asking.hpp"
#include "nodes/control/named_cluster.hpp"
#include "support/catch.hpp"

#include <zzz_jobs/nodes/control/metrics.hpp>

#include <map>
#include <numeric>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::node::tests;
using zzz_jobs::node::NodeView;
using zzz_jobs::support::Door;
using zzz_jobs::support::eventually;
using zzz_jobs::support::has;

namespace {

/// A scrape read as Prometheus reads it; what it would not read fails the test.
std::map<std::string, double> read(const std::string& text) {
  static const std::regex sample(
    R"re(([a-z_]+)(\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\})? ([0-9.e+-]+))re");
  std::map<std::string, double> values;
  std::map<std::string, std::string> types;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    if (line.starts_with("# TYPE ")) {
      std::istringstream words(line.substr(7));
      std::string name;
      std::string type;
      words >> name >> type;
      CHECK(types.emplace(name, type).second); // each family once
      CHECK(name.ends_with("_total") == (type == "counter"));
      continue;
    }
    if (line.starts_with("# HELP "))
      continue;
    std::smatch match;
    REQUIRE((std::regex_match(line, match, sample) || line.find("le=\"+Inf\"") != std::string::npos
             || line.find("(others)") != std::string::npos));
    const auto space = line.rfind(' ');
    CHECK(values.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second);
  }
  return values;
}

/// A scrape while the store answers nobody.
std::map<std::string, double> read_without_store(node::Metrics& metrics,
                                                 AnySupervisor& supervisor) {
  Door door;
  std::thread holding([&] { supervisor.with_store([&](AnyStore&) { door.wait(); }); });
  REQUIRE(door.has_waiting(1));
  const auto begin = std::chrono::steady_clock::now();
  const auto text = metrics.text();
  const auto waited = std::chrono::steady_clock::now() - begin;
  door.open();
  holding.join();
  CHECK(waited < std::chrono::seconds{8}); // the store has ten
  return read(text);
}

} // namespace

TEST_CASE("a scrape tells what was done, runs and waits", "[control]") {
  Door door;
  MemorySupervisor supervisor({}, calm());
  node::Metrics metrics({.supervisor = supervisor, .facts = {.store = "memory"}});
  supervisor.register_worker("waits", [&](std::string_view, JobContext&) { door.wait(); });
  supervisor.register_worker("works", [](std::string_view, JobContext&) {});
  supervisor.register_worker("fails",
                             [](std::string_view, JobContext&) { throw std::runtime_error("no"); });
  supervisor.start();
  const auto done = supervisor.enqueue("works").id;
  const auto failed = supervisor.enqueue("fails").id;
  REQUIRE(support::comes_to(supervisor, done, JobState::completed));
  REQUIRE(support::comes_to(supervisor, failed, JobState::retryable));
  for (int i = 0; i < 3; ++i)
    supervisor.enqueue("waits");
  REQUIRE(door.has_waiting(2));
  supervisor.enqueue("works", "", {.queue = "mail"});
  supervisor.pause_queue("mail");

  std::map<std::string, double> values;
  REQUIRE(eventually([&] { // events come a little later
    values = read(metrics.text());
    return values["zzz_jobs_run_seconds_count{queue=\"default\"}"] == 2
      && values["zzz_jobs_wait_seconds_count{queue=\"default\"}"] == 4
      && values["zzz_jobs_jobs{queue=\"mail\",state=\"available\"}"] == 1;
  }));
  CHECK(values.at("zzz_jobs_enqueued_total") == 6);
  CHECK(values.at("zzz_jobs_started_total") == 2);
  CHECK(values.at("zzz_jobs_finished_total{outcome=\"completed\"}") == 1);
  CHECK(values.at("zzz_jobs_finished_total{outcome=\"failed\"}") == 1);
  CHECK(values.at("zzz_jobs_finished_total{outcome=\"refused\"}") == 0);
  CHECK(values.at("zzz_jobs_store_turns_total") >= 2);
  CHECK(values.at("zzz_jobs_store_changes_total") == 10);
  CHECK(values.at("zzz_jobs_workers_busy{queue=\"default\"}") == 2);
  CHECK(values.at("zzz_jobs_workers_limit{queue=\"default\"}") == 2);
  CHECK(values.at("zzz_jobs_store_up") == 1);
  CHECK(values.at("zzz_jobs_jobs{queue=\"default\",state=\"executing\"}") == 2);
  CHECK(values.at("zzz_jobs_jobs{queue=\"default\",state=\"retryable\"}") == 1);
  CHECK(values.at("zzz_jobs_jobs{queue=\"default\",state=\"discarded\"}") == 0);
  CHECK(values.at("zzz_jobs_queue_paused{queue=\"mail\"}") == 1);
  CHECK(values.at("zzz_jobs_queue_paused{queue=\"default\"}") == 0);
  CHECK(values.contains("zzz_jobs_oldest_waiting_seconds{queue=\"default\"}"));
  CHECK_FALSE(values.contains("zzz_jobs_nodes{state=\"running\"}"));
  CHECK(values.at("zzz_jobs_run_seconds_sum{queue=\"default\"}") > 0);
  door.open();
}

TEST_CASE("a scrape tells of the other nodes", "[control]") {
  MemorySupervisor supervisor({}, support::quick());
  NamedCluster cluster;
  cluster.all = {{.id = 1, .state = "running", .self = true},
                 {.id = 2, .state = "running", .linked = true},
                 {.id = 3, .state = "lost"},
                 {.id = 4, .state = "something new"}};
  node::Metrics metrics({.supervisor = supervisor, .cluster = &cluster});
  auto values = read(metrics.text());
  CHECK(values.at("zzz_jobs_nodes{state=\"running\"}") == 2);
  CHECK(values.at("zzz_jobs_nodes{state=\"lost\"}") == 1);
  CHECK(values.at("zzz_jobs_nodes{state=\"stopping\"}") == 0);
  CHECK(values.at("zzz_jobs_nodes_linked") == 1);
}

TEST_CASE("queues that anybody named do not fill a scrape", "[control]") {
  MemorySupervisor supervisor({.capacity = 10'000}, support::quick());
  node::Metrics metrics({.supervisor = supervisor});
  for (int i = 0; i < 500; ++i)
    supervisor.enqueue("w", "", {.queue = "q" + std::to_string(i)});
  std::map<std::string, double> values;
  REQUIRE(eventually([&] {
    values = read(metrics.text());
    return values["zzz_jobs_jobs{queue=\"(others)\",state=\"available\"}"] == 400;
  }));
  std::set<std::string> queues;
  double available = 0;
  for (const auto& [name, value] : values)
    if (name.starts_with("zzz_jobs_jobs{") && name.ends_with("state=\"available\"}")) {
      queues.insert(name);
      available += value;
    }
  CHECK(queues.size() == 102); // default, a hundred, and the rest as one
  CHECK(available == 500);
}

TEST_CASE("queues that come and go do not make more and more series", "[control]") {
  MemorySupervisor supervisor({.capacity = 10'000}, support::quick());
  node::Metrics metrics({.supervisor = supervisor});
  std::set<std::string> queues;
  for (int day = 0; day < 5; ++day) {
    std::vector<std::int64_t> jobs;
    for (int i = 0; i < 60; ++i)
      jobs.push_back(
        supervisor.enqueue("w", "", {.queue = "q" + std::to_string(day) + "-" + std::to_string(i)})
          .id);
    const auto today = "queue=\"q" + std::to_string(day) + "-";
    REQUIRE(eventually([&] { // what the store said a moment ago may be told once more
      const auto values = read(metrics.text());
      for (const auto& [name, value] : values)
        if (name.starts_with("zzz_jobs_jobs{") && name.ends_with("state=\"available\"}"))
          queues.insert(name);
      const auto rest = values.find("zzz_jobs_jobs{queue=\"(others)\",state=\"available\"}");
      const auto others = rest == values.end() ? 0 : rest->second;
      return std::accumulate(values.begin(), values.end(), others,
                             [&](double sum, const auto& one) {
                               return one.first.starts_with("zzz_jobs_jobs{" + today)
                                   && one.first.ends_with("state=\"available\"}")
                                 ? sum + one.second
                                 : sum;
                             })
        == 60;
    }));
    for (const auto id : jobs)
      supervisor.remove(id);
  }
  CHECK(queues.size() <= 102); // a hundred, default, and the rest as one
  CHECK(queues.size() >= 101);
}

TEST_CASE("a scrape tells of executions that were rescued or had lost their claim", "[control]") {
  Door door;
  MemorySupervisor supervisor({}, calm());
  node::Metrics metrics({.supervisor = supervisor});
  supervisor.register_worker("waits", [&](std::string_view, JobContext&) { door.wait(); });
  // Claimed by a program that is no node, and given up.
  const auto lost = supervisor.enqueue("w", "", {.queue = "mail"}).id;
  supervisor.with_store([](AnyStore& store) { (void)store.claim("mail"); });
  REQUIRE(supervisor.get(lost)->state == JobState::executing);
  REQUIRE(eventually([&] { return supervisor.rescue_stuck(std::chrono::seconds{0}) == 1; }));
  supervisor.start();
  const auto taken_away = supervisor.enqueue("waits").id;
  REQUIRE(door.has_waiting(1));
  supervisor.cancel(taken_away);
  door.open();
  std::map<std::string, double> values;
  REQUIRE(eventually([&] {
    values = read(metrics.text());
    return values["zzz_jobs_finished_total{outcome=\"refused\"}"] == 1;
  }));
  CHECK(values.at("zzz_jobs_rescued_total") == 1);
}

TEST_CASE("a scrape without the store tells what the process knows", "[control]") {
  MemorySupervisor supervisor({}, support::quick());
  node::Metrics metrics({.supervisor = supervisor});
  supervisor.enqueue("w");
  const auto values = read_without_store(metrics, supervisor);
  CHECK(values.at("zzz_jobs_store_up") == 0);
  CHECK(values.at("zzz_jobs_enqueued_total") == 1);
  CHECK_FALSE(values.contains("zzz_jobs_jobs{queue=\"default\",state=\"available\"}"));
}

TEST_CASE("a scrape does not wait for nodes that the store would have to name", "[control]") {
  /// As the real one: it looks into the store first.
  class StoredCluster final : public NamedCluster {
  public:
    explicit StoredCluster(AnySupervisor& supervisor) : supervisor_(supervisor) {}
    std::vector<NodeView> nodes() override {
      supervisor_.with_store([](AnyStore&) {});
      return NamedCluster::nodes();
    }

  private:
    AnySupervisor& supervisor_;
  };
  MemorySupervisor supervisor({}, support::quick());
  StoredCluster cluster{supervisor};
  cluster.all = {{.id = 1, .state = "running", .self = true}};
  node::Metrics metrics({.supervisor = supervisor, .cluster = &cluster});
  const auto values = read_without_store(metrics, supervisor);
  CHECK(values.at("zzz_jobs_store_up") == 0);
  CHECK_FALSE(values.contains("zzz_jobs_nodes_linked"));
  CHECK(eventually([&] { return read(metrics.text()).contains("zzz_jobs_nodes_linked"); }));
}

TEST_CASE("names with quotes and line ends stay one label", "[control]") {
  MemorySupervisor supervisor(
    {}, SupervisorConfig{.queues = {{.name = "a\"b\\c\nd"}}, .log = log_nothing});
  node::Metrics metrics({.supervisor = supervisor});
  CHECK_THAT(metrics.text(), has(R"(zzz_jobs_workers_limit{queue="a\"b\\c\nd"} 10)"));
}
