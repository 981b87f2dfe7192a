#include "nodes/control/asking.hpp"
#include "support/catch.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::node::tests;
using zzz_jobs::support::has;

namespace {

/// 120 jobs of worker "a", 130 of "b".
void fill(Node& node) {
  std::vector<JobRequest> jobs;
  for (int i = 0; i < 250; ++i)
    jobs.push_back({.worker = i < 120 ? "a" : "b"});
  node.supervisor.enqueue_many(std::move(jobs));
}

Json bulk(Node& node, const std::string& body) {
  const auto answer = post(node.api, "/jobs/bulk", body);
  CHECK(answer.status == 200);
  return answer.json;
}

} // namespace

TEST_CASE("a dry run counts what would change and changes nothing", "[control]") {
  Node node;
  fill(node);
  const auto by_worker =
    bulk(node, R"({"action": "cancel", "filter": {"worker": "b"}, "dry_run": true})");
  CHECK(by_worker
        == Json{{"matched", 130}, {"changed", 0}, {"failed", 0}, {"next_after", nullptr}});
  const auto all = bulk(node, R"({"action": "cancel", "filter": {}, "dry_run": true})");
  CHECK(all.at("matched") == 250);
  const auto other =
    bulk(node, R"({"action": "delete", "filter": {"queue": "other"}, "dry_run": true})");
  CHECK(other.at("matched") == 0);
  // An available job has nothing to be retried.
  CHECK(bulk(node, R"({"action": "retry", "filter": {}, "dry_run": true})").at("matched") == 0);
  CHECK(node.supervisor.count_by_state("default", JobState::available) == 250);
}

TEST_CASE("many jobs change in steps, each where the last one ended", "[control]") {
  Node node;
  fill(node);
  const auto first = bulk(node, R"({"action": "cancel", "filter": {"worker": "b"}, "limit": 100})");
  CHECK(first == Json{{"matched", 100}, {"changed", 100}, {"failed", 0}, {"next_after", 220}});
  const auto second =
    bulk(node, R"({"action": "cancel", "filter": {"worker": "b"}, "limit": 100, "after": 220})");
  CHECK(second == Json{{"matched", 30}, {"changed", 30}, {"failed", 0}, {"next_after", nullptr}});
  CHECK(node.supervisor.count_by_state("default", JobState::cancelled) == 130);
  CHECK(node.supervisor.count_by_state("default", JobState::available) == 120);

  CHECK(bulk(node, R"({"action": "retry", "filter": {"state": "cancelled"}})").at("changed")
        == 130);
  CHECK(bulk(node, R"({"action": "delete", "filter": {"queue": "default"}})").at("changed") == 250);
  CHECK(node.supervisor.counts().empty());
}

TEST_CASE("a job that cannot change is counted, and the others change", "[control]") {
  Node node;
  const auto old = node.enqueue(R"({"worker": "w", "unique_key": "k"})");
  node.supervisor.cancel(old);
  node.enqueue(R"({"worker": "w", "unique_key": "k"})"); // holds the key of the first
  const auto free = node.enqueue(R"({"worker": "w"})");
  node.supervisor.cancel(free);
  const auto done = bulk(node, R"({"action": "retry", "filter": {"state": "cancelled"}})");
  CHECK(done == Json{{"matched", 2}, {"changed", 1}, {"failed", 1}, {"next_after", nullptr}});
  CHECK(support::state_of(node.supervisor, free) == JobState::available);
}

TEST_CASE("a bulk change that breaks a rule is refused", "[control]") {
  Node node;
  fill(node);
  const auto [body, text] = GENERATE(table<std::string, std::string>({
    {"", "body: must be JSON"},
    {"[]", "must be a JSON object"},
    {"{}", "action: must be \"cancel\", \"retry\" or \"delete\", got \"\""},
    {R"({"action": "cancel"})", "filter: must be given"},
    {R"({"action": "cancel", "filter": []})", "filter: must be a JSON object"},
    {R"({"action": "cancel", "filter": {"queues": "x"}})", "filter: no such key \"queues\""},
    {R"({"action": "cancel", "filter": {"state": "completed"}})", "cancel is not possible"},
    {R"({"action": "retry", "filter": {"state": "available"}})", "retry is not possible"},
    {R"({"action": "delete", "filter": {"state": "executing"}})", "delete is not possible"},
    {R"({"action": "delete", "filter": {}, "limit": 0})", "limit: must be an integer from 1"},
    {R"({"action": "delete", "filter": {}, "dry_run": "yes"})", "dry_run: must be true or false"},
    {R"({"action": "delete", "filter": {}, "dryrun": true})", "no such key \"dryrun\""},
  }));
  const auto refused = post(node.api, "/jobs/bulk", body);
  CHECK(refused.status == 400);
  CHECK_THAT(refused.error(), has(text));
  CHECK(node.supervisor.count_by_state("default", JobState::available) == 250);
}
