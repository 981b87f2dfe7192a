#include "nodes/control/asking.hpp"
#include "nodes/control/named_cluster.hpp"
#include "support/catch.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::node::tests;
using zzz_jobs::support::Door;
using zzz_jobs::support::has;

namespace {

struct Answer {
  Json runs{}; ///< true, false, or null
  std::vector<std::string> codes{};
  Json reasons{};
};

Answer why(node::ApiChannel& api, std::int64_t id) {
  const auto answered = get(api, "/jobs/" + std::to_string(id) + "/why");
  REQUIRE(answered.status == 200);
  CHECK(answered.json.at("job").at("id") == id);
  Answer answer{answered.json.at("runs"), {}, answered.json.at("reasons")};
  for (const auto& reason : answer.reasons) {
    answer.codes.push_back(reason.at("code"));
    CHECK_FALSE(reason.at("text").get<std::string>().empty());
  }
  return answer;
}

using Codes = std::vector<std::string>;

void add_worker(AnySupervisor& supervisor) {
  supervisor.register_worker("w", [](std::string_view, JobContext&) {});
}

} // namespace

TEST_CASE("why: a job that is over says since when, and how it runs again", "[control]") {
  Node node;
  const auto id = node.enqueue(R"({"worker": "w"})");
  node.supervisor.cancel(id);
  const auto answer = why(node.api, id);
  CHECK(answer.runs == false);
  CHECK(answer.codes == Codes{"final"});
  CHECK_THAT(answer.reasons[0].at("text").get<std::string>(), has("cancelled since 1"));
  CHECK(get(node.api, "/jobs/99/why").status == 404);
}

TEST_CASE("why: a job waits for a worker, a queue, or a pause's end", "[control]") {
  Node node;
  const auto id = node.enqueue(R"({"worker": "w"})");
  CHECK(why(node.api, id).codes == Codes{"no_worker"});
  CHECK(why(node.api, id).runs == false);
  add_worker(node.supervisor);
  CHECK(why(node.api, id).codes == Codes{"soon"});
  CHECK(why(node.api, id).runs == true);
  node.supervisor.pause_queue("default");
  CHECK(why(node.api, id).codes == Codes{"paused"});
  CHECK(why(node.api, id).runs == false);
  node.supervisor.resume_queue("default");
  const auto elsewhere = node.enqueue(R"({"worker": "w", "queue": "other"})");
  CHECK(why(node.api, elsewhere).codes == Codes{"no_queue"});
  CHECK(why(node.api, elsewhere).runs == false);
}

TEST_CASE("why: a job runs, others wait behind it", "[control]") {
  Door door;
  Node node;
  node.supervisor.register_worker("w", [&](std::string_view, JobContext&) { door.wait(); });
  node.supervisor.start();
  const auto first = node.enqueue(R"({"worker": "w"})");
  node.enqueue(R"({"worker": "w"})");
  REQUIRE(door.has_waiting(2));
  const auto running = why(node.api, first);
  CHECK(running.runs == true);
  CHECK(running.codes == Codes{"running"});

  node.enqueue(R"({"worker": "w"})");
  const auto last = node.enqueue(R"({"worker": "w"})");
  const auto urgent = node.enqueue(R"({"worker": "w", "priority": -1})");
  CHECK(why(node.api, urgent).codes == Codes{"busy"});
  const auto behind = why(node.api, last);
  CHECK(behind.runs == true);
  CHECK(behind.codes == Codes{"busy", "behind"});
  CHECK(behind.reasons[1].at("count") == 2);
  door.open();
}

TEST_CASE("why: a job waits for its time, or for its next attempt", "[control]") {
  Node node;
  node.supervisor.register_worker(
    "fails", [](std::string_view, JobContext&) { throw std::runtime_error("no"); });
  add_worker(node.supervisor);
  node.supervisor.start();
  const auto later = node.enqueue(R"({"worker": "w", "delay_s": 1000})");
  const auto scheduled = why(node.api, later);
  CHECK(scheduled.runs == true);
  CHECK(scheduled.codes == Codes{"scheduled"});
  const auto failing = node.enqueue(R"({"worker": "fails"})");
  REQUIRE(support::comes_to(node.supervisor, failing, JobState::retryable));
  CHECK(why(node.api, failing).codes == Codes{"retry_wait"});
  node.supervisor.pause_queue("default");
  CHECK(why(node.api, later).codes == Codes{"paused", "scheduled"});
  CHECK(why(node.api, later).runs == false);
}

TEST_CASE("why: other nodes may run what this one cannot", "[control]") {
  MemorySupervisor supervisor({}, support::quick());
  NamedCluster cluster;
  node::Api api({.supervisor = supervisor, .cluster = &cluster});
  const auto id = supervisor.enqueue("w", "", {.queue = "mail"}).id;
  cluster.all = {{.id = 1, .state = "running", .self = true}};
  CHECK(why(api, id).runs == false);
  CHECK(why(api, id).codes == Codes{"no_queue", "no_worker"});
  // Not linked: what it runs is not known.
  cluster.all.push_back({.id = 2, .state = "running"});
  CHECK(why(api, id).runs == true);
  CHECK(why(api, id).codes == Codes{"no_worker"});
  cluster.all[1].linked = true;
  CHECK(why(api, id).codes == Codes{"no_queue", "no_worker"});
  cluster.all[1].queues = {{"mail", 1, 0}};
  CHECK(why(api, id).runs == true);
  cluster.all[1].state = "lost";
  CHECK(why(api, id).runs == false);
}

TEST_CASE("why: an execution on a lost node is handed on", "[control]") {
  Door door;
  MemorySupervisor supervisor({}, support::quick());
  NamedCluster cluster;
  node::Api api({.supervisor = supervisor, .cluster = &cluster});
  supervisor.register_worker("w", [&](std::string_view, JobContext&) { door.wait(); });
  supervisor.start();
  const auto id = supervisor.enqueue("w").id;
  REQUIRE(door.has_waiting(1));
  const auto node = supervisor.get(id)->node.value();
  cluster.all = {{.id = node, .state = "running", .self = true}};
  CHECK(why(api, id).codes == Codes{"running"});
  cluster.all[0].state = "lost";
  CHECK(why(api, id).codes == Codes{"node_lost"});
  CHECK(why(api, id).runs == true);
  door.open();
}

TEST_CASE("why: without a node nobody is blamed for not running", "[control]") {
  MemorySupervisor supervisor({}, SupervisorConfig{.log = log_nothing});
  NamedCluster cluster;
  node::Api api({.supervisor = supervisor, .facts = {.runs_jobs = false}, .cluster = &cluster});
  const auto id = supervisor.enqueue("w").id;
  CHECK(why(api, id).codes == Codes{"no_queue"});
  CHECK(why(api, id).runs == false);
  cluster.all = {{.id = 7, .state = "running"}};
  CHECK(why(api, id).codes == Codes{"unknown"});
  CHECK(why(api, id).runs.is_null());
  supervisor.pause_queue("default");
  CHECK(why(api, id).codes == Codes{"paused"});
  CHECK(why(api, id).runs == false);
}
