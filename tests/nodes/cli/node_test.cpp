#include "test_host.hpp"

#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <zzz_jobs/actors/supervisor.hpp>
#include <zzz_jobs/nodes/control/node_api.hpp>

#include <nlohmann/json.hpp>

namespace {

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using nlohmann::json;
using support::eventually;
using support::has;
using test::TestHost;

/// Verbs that ask the API of a node in this process.
struct Node {
  support::Door door; ///< the worker "wait" goes through it
  MemorySupervisor supervisor{{}, {.queues = {{.name = "mail", .concurrency = 2}}}};
  Api api{{.supervisor = supervisor,
           .facts = {.name = "alpha", .store = "memory", .started_at = system_clock()->now()}}};
  TestHost host;

  Node() {
    supervisor.register_worker("done", [](std::string_view, JobContext&) {}, {.queue = "mail"});
    supervisor.register_worker("wait", [this](std::string_view, JobContext&) { door.wait(); },
                               {.queue = "mail"});
    supervisor.register_worker(
      "fail", [](std::string_view, JobContext&) { throw std::runtime_error("no route"); },
      {.queue = "mail", .max_attempts = 1});
    supervisor.register_cron("nightly", "0 3 * * *", "done");
    host.answers = [this](const ApiRequest& request) { return api.call(request); };
  }
  ~Node() { door.open(); }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  json answer(std::vector<std::string> words) {
    words.emplace_back("--json");
    REQUIRE(host.run(words) == cli::exit_ok);
    return json::parse(host.said());
  }
  std::int64_t enqueued(const std::string& worker) {
    return answer({"enqueue", worker, "{}"})["id"].get<std::int64_t>();
  }
  [[nodiscard]] bool is(std::int64_t id, JobState state) {
    return eventually([&] { return supervisor.get(id)->state == state; });
  }
};

TEST_CASE("a job's life is seen through the verbs", "[api]") {
  Node node;
  const auto id = node.enqueued("done");
  const auto text = std::to_string(id);
  CHECK(node.answer({"job", "show", text})["state"] == "available");
  node.supervisor.start();
  REQUIRE(node.is(id, JobState::completed));
  CHECK(node.answer({"job", "list", "--state", "completed"})["jobs"][0]["id"] == id);
  REQUIRE(node.host.run({"job", "list", "--worker", "done"}) == cli::exit_ok);
  CHECK_THAT(node.host.said(), has(text + "  completed  mail   done"));
  CHECK(node.host.run({"job", "cancel", text}) == cli::exit_failed);
  CHECK_THAT(node.host.complained(), has("job " + text));
  CHECK(node.host.run({"job", "delete", text}) == cli::exit_ok);
  CHECK(node.host.run({"job", "show", text}) == cli::exit_not_found);
  CHECK(node.host.run({"job", "delete", text}) == cli::exit_not_found);
}

TEST_CASE("a running job is cancelled", "[api]") {
  Node node;
  node.supervisor.start();
  const auto id = node.enqueued("wait");
  REQUIRE(node.is(id, JobState::executing));
  CHECK(node.host.run({"job", "cancel", std::to_string(id)}) == cli::exit_ok);
  CHECK_THAT(node.host.said(), has("cancelled (was executing)"));
  CHECK(node.is(id, JobState::cancelled));
}

TEST_CASE("many jobs are put in, retried and deleted", "[api]") {
  Node node;
  std::string lines;
  for (int i = 0; i < 2'100; ++i)
    lines += i % 700 == 0 ? "{\"worker\":\"\"}\n" : "{\"worker\":\"fail\",\"args\":{\"n\":1}}\n";
  node.host.input.str(lines);
  CHECK(node.host.run({"enqueue", "-"}) == cli::exit_failed);
  CHECK(node.host.said() == "2,097 jobs enqueued, 3 refused\n");
  CHECK_THAT(node.host.complained(), has("line 701: worker:"));
  CHECK(node.supervisor.count_by_state("mail", JobState::available) == 2'097);

  node.supervisor.start();
  REQUIRE(eventually(
    [&] { return node.supervisor.count_by_state("mail", JobState::discarded) == 2'097; }));
  CHECK(node.host.run({"queue", "pause", "mail"}) == cli::exit_ok);
  CHECK(node.host.run({"job", "retry", "--state", "discarded", "--yes"}) == cli::exit_ok);
  CHECK(node.host.said() == "2,097 jobs retried\n");
  CHECK(node.supervisor.count_by_state("mail", JobState::available) == 2'097);
  CHECK(node.host.run({"job", "delete", "--queue", "mail", "--yes"}) == cli::exit_ok);
  CHECK(node.host.said() == "2,097 jobs deleted\n");
  CHECK(node.answer({"job", "list"})["jobs"].empty());
}

TEST_CASE("rules of the node are the verbs' usage errors", "[api]") {
  Node node;
  CHECK(node.host.run({"enqueue", ""}) == cli::exit_usage);
  CHECK_THAT(node.host.complained(), has("worker"));
  CHECK(node.host.run({"enqueue", "done", "--unique", ""}) == cli::exit_usage);
  CHECK(node.host.run({"enqueue", "done", "--timeout", "0"}) == cli::exit_usage);
}

TEST_CASE("options of an enqueue are what the job has", "[api]") {
  Node node;
  const auto id =
    node.answer({"enqueue", "done", "[1,2]", "--queue", "other", "--priority", "-7", "--at",
                 "@4000000000", "--unique", "k", "--max-attempts", "3", "--timeout", "1m"})["id"];
  const auto job = node.supervisor.get(id.get<std::int64_t>());
  REQUIRE(job);
  CHECK(job->args == "[1,2]");
  CHECK(job->queue == "other");
  CHECK(job->priority == -7);
  CHECK(job->state == JobState::scheduled);
  CHECK(job->scheduled_at == UnixTime{std::chrono::seconds{4000000000}});
  CHECK(job->unique_key == "k");
  CHECK(job->max_attempts == 3);
  CHECK(job->timeout == std::chrono::minutes{1});
  CHECK(node.answer({"enqueue", "done", "--unique", "k"})["conflict"] == true);
  const auto again = node.answer(
    {"enqueue", "done", "--unique", "k", "--unique-strategy", "cancel_existing", "--in", "2h"});
  CHECK(again["conflict"] == false);
  CHECK(node.supervisor.get(id.get<std::int64_t>())->state == JobState::cancelled);
}

TEST_CASE("queues are paused, drained and resumed", "[api]") {
  Node node;
  node.supervisor.start();
  const auto id = node.enqueued("wait");
  REQUIRE(node.is(id, JobState::executing));
  REQUIRE(node.door.has_waiting(1)); // what is only claimed would be handed back
  CHECK(node.host.run({"queue", "drain", "mail", "--timeout", "0"}) == cli::exit_again);
  CHECK(node.supervisor.is_paused("mail"));
  CHECK(node.answer({"queue", "list"})["queues"][0]["paused"] == true);
  node.door.open();
  CHECK(node.host.run({"queue", "drain", "mail"}) == cli::exit_ok);
  CHECK(node.host.run({"queue", "resume", "mail"}) == cli::exit_ok);
  CHECK_FALSE(node.supervisor.is_paused("mail"));
}

TEST_CASE("why names the queue that is paused, and the time that has not come", "[api]") {
  Node node;
  node.supervisor.pause_queue("mail");
  const auto id = node.enqueued("done");
  REQUIRE(node.host.run({"why", std::to_string(id)}) == cli::exit_ok);
  CHECK_THAT(node.host.said(), has("is available\n  paused: "));
  CHECK(node.answer({"why", std::to_string(id)})["runs"] == false);
  const auto later = node.answer({"enqueue", "done", "--in", "2h"})["id"].get<std::int64_t>();
  REQUIRE(node.host.run({"why", std::to_string(later)}) == cli::exit_ok);
  CHECK_THAT(node.host.said(), has("is scheduled\n  due "));
  CHECK_THAT(node.host.said(), has("scheduled: "));
  CHECK(node.host.run({"why", "4000"}) == cli::exit_not_found);
}

TEST_CASE("cron entries are looked at, run and paused", "[api]") {
  Node node;
  REQUIRE(node.host.run({"cron", "list"}) == cli::exit_ok);
  CHECK_THAT(node.host.said(), has("nightly  0 3 * * *   UTC   done"));
  CHECK(node.answer({"cron", "preview", "nightly", "--count", "3"})["ticks"].size() == 3);
  const auto id = node.answer({"cron", "run", "nightly"})["id"].get<std::int64_t>();
  CHECK(node.supervisor.get(id)->worker == "done");
  CHECK(node.host.run({"cron", "pause", "nightly"}) == cli::exit_ok);
  CHECK(node.supervisor.crons().at(0).paused);
  REQUIRE(node.host.run({"cron", "list"}) == cli::exit_ok);
  CHECK_THAT(node.host.said(), has("paused"));
  CHECK(node.host.run({"cron", "resume", "nightly"}) == cli::exit_ok);
  CHECK_FALSE(node.supervisor.crons().at(0).paused);
  CHECK(node.host.run({"cron", "run", "weekly"}) == cli::exit_not_found);
  CHECK(node.host.run({"cron", "preview", "weekly"}) == cli::exit_not_found);
}

TEST_CASE("a queue of this node is scaled, another's is not", "[api]") {
  Node node;
  node.supervisor.start();
  CHECK(node.host.run({"queue", "scale", "mail", "7"}) == cli::exit_ok);
  CHECK(node.supervisor.queues().at(0).concurrency == 7);
  CHECK(node.host.run({"queue", "scale", "other", "7"}) == cli::exit_not_found);
}

TEST_CASE("a node without others is healthy and alone", "[api]") {
  Node node;
  CHECK(node.host.run({"health"}) == cli::exit_ok);
  CHECK(node.answer({"health"})["status"] == "ok");
  CHECK(node.answer({"node", "list"})["nodes"].size() == 1);
  CHECK(node.host.run({"node", "stop", "4000"}) == cli::exit_not_found);
  CHECK(node.host.run({"doctor"}) == cli::exit_not_found);
  REQUIRE(node.host.run({"top", "--once"}) == cli::exit_ok);
  CHECK_THAT(node.host.said(), has("zzz-jobs alpha, store memory"));
}

TEST_CASE("the node says who it is and what it has done", "[api]") {
  Node node;
  CHECK(node.answer({"version", "--node"})["node"]["name"] == "alpha");
  node.enqueued("done");
  CHECK(node.answer({"stats"})["stats"]["enqueued"] == 1);
  REQUIRE(node.host.run({"stats"}) == cli::exit_ok);
  CHECK_THAT(node.host.said(), has("mail"));
}

} // namespace
