#include <zzz_jobs/nodes/run/node_health.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

namespace zzz_jobs::node {
namespace {

using namespace std::chrono_literals;

constexpr auto links_age_max = 500ms;
constexpr auto links_patience = 300ms;
/// Not often: the store is asked for rows.
constexpr auto workers_age_max = 10s;
constexpr auto workers_patience = 100ms;
/// Jobs that nobody took for so long wait for somebody who is not there.
constexpr std::chrono::seconds unclaimed_max{60};
constexpr std::uint32_t jobs_looked_at = 10; ///< of each queue
constexpr std::uintmax_t free_bytes_min = 64 * 1024 * 1024;

HealthCheck good(std::string name, std::string text) {
  return {.name = std::move(name), .vital = false, .text = std::move(text)};
}

HealthCheck bad(std::string name, std::string text, std::string advice) {
  return {.name = std::move(name),
          .ok = false,
          .vital = false,
          .text = std::move(text),
          .advice = std::move(advice)};
}

/// What is not known in time is no complaint but about links, whose peers answer at once.
template <class Check>
void add(std::vector<HealthCheck>& all, const Check& answer, const char* name) {
  if (answer.value)
    all.push_back(*answer.value);
  else
    all.push_back(bad(name, "not known: " + answer.error, "See the store's check, and the log"));
}

/// The first job that has waited too long for a worker that is none of these.
std::optional<Job> unclaimed(AnyStore& store, const std::string& queue,
                             const std::vector<std::string>& workers) {
  const JobFilter filter{.state = JobState::available, .queue = queue};
  for (auto& job : store.list(filter, {.limit = jobs_looked_at}))
    if (!std::binary_search(workers.begin(), workers.end(), job.worker)
        && store.now() - std::max(job.inserted_at, job.scheduled_at) >= unclaimed_max)
      return std::move(job);
  return std::nullopt;
}

/// Everybody who opens the store has a row there: applications that only enqueue, nodes
/// without [cluster], a verb as long as it works. Only who joins describes himself.
bool joins_the_cluster(const NodeView& node) {
  return !node.version.empty();
}

} // namespace

NodeHealth::NodeHealth(OpenStore& store, ClusterView* cluster, const NodeConfig& config)
  : store_(store), cluster_(cluster), links_come_in_(!config.cluster.listen.empty()),
    file_(config.store.kind == StoreKind::sqlite ? config.store.path : std::filesystem::path{}),
    links_([this] { return links(); }), workers_([this] { return workers(); }) {}

std::vector<HealthCheck> NodeHealth::checks() {
  auto all = store_.checks();
  if (const auto trouble = store_.supervisor().store_trouble();
      trouble && trouble->outcomes_waiting > 0)
    all.push_back(
      bad("outcomes",
          std::to_string(trouble->outcomes_waiting) + " ended executions are not recorded yet",
          "Leave the node running: it records them when the store works again. If "
          "it is ended before, their jobs run again"));
  if (cluster_ != nullptr)
    add(all, links_.ask(links_age_max, links_patience), "links");
  if (const auto answer = workers_.ask(workers_age_max, workers_patience); answer.value)
    all.push_back(*answer.value); // else the store's own check says what is wrong
  if (!file_.empty())
    all.push_back(disk());
  return all;
}

/// Two nodes are linked if either can call the other.
HealthCheck NodeHealth::links() const {
  std::size_t linked = 0;
  std::string missing;
  for (const auto& node : cluster_->nodes()) {
    if (node.self || node.state == "lost" || !joins_the_cluster(node))
      continue;
    linked += node.linked ? 1 : 0;
    if (!node.linked && (links_come_in_ || !node.address.empty()))
      missing += (missing.empty() ? "" : ", ") + node.name
        + (node.address.empty() ? "" : " at " + node.address);
  }
  if (missing.empty())
    return good("links", std::to_string(linked) + " other nodes are linked");
  return bad("links",
             "no link to " + missing + ": what happens there is found out by looking, later",
             "See that these addresses can be reached from here, that the certificates are of "
             "one CA, and what the log says of link_failed; links come back by themselves");
}

HealthCheck NodeHealth::workers() const {
  auto& supervisor = store_.supervisor();
  const auto known = supervisor.worker_names();
  if (supervisor.queues().empty())
    return good("workers", "none is needed: no queue is worked here");
  if (known.empty())
    return bad("workers", "no worker is known here: nothing is claimed",
               "Add [[worker]] or [[plugin]] to the node's file");
  std::optional<Job> job;
  supervisor.with_store([&](AnyStore& store) {
    for (const auto& queue : supervisor.queues())
      if (!job)
        job = unclaimed(store, queue.name, known);
  });
  if (!job)
    return good("workers", std::to_string(known.size()) + " known");
  return bad("workers",
             "job " + std::to_string(job->id) + " of queue \"" + job->queue
               + "\" waits for worker \"" + job->worker + "\", which this node does not have",
             "Add [[worker]] name = \"" + job->worker
               + "\" to the file of a node that runs the "
                 "queue, or zzz-jobs job cancel --worker "
               + job->worker);
}

HealthCheck NodeHealth::disk() const {
  std::error_code problem;
  const auto space =
    std::filesystem::space(std::filesystem::absolute(file_).parent_path(), problem);
  if (problem || space.available >= free_bytes_min)
    return good("disk", problem ? problem.message() : "has room");
  return bad(
    "disk", std::to_string(space.available / 1024) + " KiB are left for \"" + file_.string() + "\"",
    "Free space on its disk, or zzz-jobs job delete --state completed; nothing is lost "
    "meanwhile");
}

} // namespace zzz_jobs::node
