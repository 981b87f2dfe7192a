#include <zzz_jobs/nodes/control/metrics.hpp>

#include <zzz_jobs/nodes/cluster/cluster_view.hpp>
#include <zzz_jobs/nodes/control/job_timings.hpp>
#include <zzz_jobs/nodes/control/metric_families.hpp>
#include <zzz_jobs/nodes/control/node_views.hpp>
#include <zzz_jobs/nodes/control/patient.hpp>
#include <zzz_jobs/nodes/control/store_counts.hpp>

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace zzz_jobs::node {
namespace control {
namespace {

constexpr auto gauge = prometheus::MetricType::Gauge;
constexpr auto counter = prometheus::MetricType::Counter;

void add_work(MetricFamilies& families, const Stats& stats) {
  families.counter("zzz_jobs_enqueued_total", "Jobs put in by this node", stats.enqueued);
  families.counter("zzz_jobs_started_total",
                   "Executions begun on this node, counted with their end", stats.started);
  families.begin("zzz_jobs_finished_total", "Executions ended on this node, by what came of them",
                 counter);
  const std::pair<const char*, std::uint64_t> outcomes[] = {
    {"completed", stats.completed}, {"failed", stats.failed},
    {"discarded", stats.discarded}, {"cancelled", stats.cancelled},
    {"snoozed", stats.snoozed},     {"refused", stats.outcomes_refused}};
  for (const auto& [name, count] : outcomes)
    families.add(static_cast<double>(count), {{"outcome", name}});
  families.counter("zzz_jobs_rescued_total",
                   "Lost executions that this node returned to their queues", stats.rescued);
  families.counter("zzz_jobs_released_total", "Jobs claimed here and handed back unstarted",
                   stats.released);
}

/// Changes per turn is what a turn's size is: enqueues, claims and outcomes together.
void add_store(MetricFamilies& families, const Stats& stats) {
  families.counter("zzz_jobs_store_turns_total", "Transactions of this node", stats.turns);
  families.counter("zzz_jobs_store_changes_total",
                   "Enqueues, starts and outcomes that these transactions carried",
                   stats.enqueued + stats.started + stats.completed + stats.failed + stats.discarded
                     + stats.cancelled + stats.snoozed + stats.released + stats.outcomes_refused);
  families.counter("zzz_jobs_store_failures_total", "Transactions of this node that failed",
                   stats.store_failures);
}

void add_process(MetricFamilies& families, const NodeFacts& facts, const Stats& stats) {
  families.begin("zzz_jobs_build_info", "The program's version", gauge);
  families.add(1, {{"version", version()}, {"store", facts.store}});
  families.gauge("zzz_jobs_start_time_seconds", "When this node was started, in unix time",
                 static_cast<double>(facts.started_at.time_since_epoch().count()));
  families.counter("zzz_jobs_actors_replaced_total", "Actors that ended unasked",
                   stats.actors_replaced);
  families.counter("zzz_jobs_telemetry_dropped_total",
                   "Events that a slow reader of this node did not get", stats.events_dropped);
}

void add_workers(MetricFamilies& families, const std::vector<QueueStatus>& queues) {
  families.begin("zzz_jobs_workers_busy", "Handlers running on this node", gauge);
  for (const auto& queue : queues)
    families.add(queue.running, {{"queue", queue.name}});
  families.begin("zzz_jobs_workers_limit", "Handlers that may run on this node at once", gauge);
  for (const auto& queue : queues)
    families.add(queue.concurrency, {{"queue", queue.name}});
}

void add_nodes(MetricFamilies& families, const std::vector<NodeView>& nodes) {
  std::map<std::string, int> states{{"running", 0}, {"stopping", 0}, {"lost", 0}};
  int linked = 0;
  for (const auto& node : nodes) {
    if (const auto state = states.find(node.state); state != states.end())
      ++state->second;
    linked += node.linked ? 1 : 0;
  }
  families.begin("zzz_jobs_nodes", "Nodes of the cluster as this one sees them", gauge);
  for (const auto& [state, count] : states)
    families.add(count, {{"state", state}});
  families.gauge("zzz_jobs_nodes_linked", "Other nodes that this one has a link to", linked);
}

/// Whoever enqueues names queues, and new names may come day by day: those beyond the
/// first hundred of this process's life, not worked here, are told as one, or a mistake
/// would fill the monitoring's database. Any thread.
class ToldQueues {
public:
  QueueStates bounded(QueueStates queues, const AnySupervisor& supervisor) {
    std::set<std::string> here;
    for (const auto& queue : supervisor.queues())
      here.insert(queue.name);
    QueueStates kept;
    for (auto& [name, queue] : queues) {
      if (here.contains(name) || is_told(name)) {
        kept[name] = queue;
        continue;
      }
      auto& rest = kept["(others)"];
      for (std::size_t i = 0; i < job_state_count; ++i)
        rest.counts[i] += queue.counts[i];
      rest.oldest_waiting = std::max(rest.oldest_waiting, queue.oldest_waiting);
    }
    return kept;
  }

private:
  bool is_told(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (names_.size() < names_max)
      names_.insert(name);
    return names_.contains(name);
  }

  static constexpr std::size_t names_max = 100;
  std::mutex mutex_{};
  std::set<std::string> names_{}; ///< only grows
};

void add_queues(MetricFamilies& families, const QueueStates& queues) {
  families.begin("zzz_jobs_jobs", "Jobs in the store", gauge);
  for (const auto& [name, queue] : queues)
    for (std::size_t i = 0; i < job_state_count; ++i)
      families.add(static_cast<double>(queue.counts[i]),
                   {{"queue", name}, {"state", std::string{to_string(static_cast<JobState>(i))}}});
  families.begin("zzz_jobs_oldest_waiting_seconds", "How long the oldest available job has waited",
                 gauge);
  for (const auto& [name, queue] : queues)
    families.add(
      static_cast<double>(queue.oldest_waiting.value_or(std::chrono::seconds{0}).count()),
      {{"queue", name}});
  families.begin("zzz_jobs_queue_paused", "1 where the queue is paused", gauge);
  for (const auto& [name, queue] : queues)
    families.add(queue.paused ? 1 : 0, {{"queue", name}});
}

} // namespace
} // namespace control

struct Metrics::Impl {
  explicit Impl(MetricsSetting chosen)
    : setting(std::move(chosen)), timings(setting.supervisor),
      queues([&supervisor = setting.supervisor] { return control::look_at_counts(supervisor); }) {
    if (setting.cluster != nullptr)
      nodes.emplace([cluster = setting.cluster] { return cluster->nodes(); });
  }

  std::string text() {
    control::MetricFamilies families;
    const auto stats = setting.supervisor.stats();
    control::add_process(families, setting.facts, stats);
    control::add_work(families, stats);
    control::add_store(families, stats);
    control::add_workers(families, setting.supervisor.queues());
    add_what_others_know(families);
    auto all = families.take();
    auto timed = timings.collect();
    all.insert(all.end(), std::make_move_iterator(timed.begin()),
               std::make_move_iterator(timed.end()));
    return prometheus::TextSerializer{}.Serialize(all);
  }

  /// The store is asked, and the nodes, who are looked up there too: both at once, and
  /// waited for together. Several scrapes at one time ask once.
  void add_what_others_know(control::MetricFamilies& families) {
    using namespace std::chrono_literals;
    const auto end = std::chrono::steady_clock::now() + patience;
    if (nodes)
      (void)nodes->ask(age_max, 0ms);
    const auto found = queues.ask(age_max, patience);
    families.gauge("zzz_jobs_store_up", "1 where the store has answered", found.value ? 1 : 0);
    if (found.value)
      control::add_queues(families, told_queues.bounded(*found.value, setting.supervisor));
    if (!nodes)
      return;
    const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    const auto seen = nodes->ask(age_max + patience, std::max(left, 0ms)); // since this began
    if (seen.value)
      control::add_nodes(families, *seen.value);
  }

  static constexpr std::chrono::seconds age_max{1};
  static constexpr std::chrono::seconds patience{2};
  const MetricsSetting setting;
  control::JobTimings timings;
  control::ToldQueues told_queues{};
  control::Patient<control::QueueStates> queues;
  std::optional<control::Patient<std::vector<NodeView>>> nodes{}; ///< none: no others are known
};

Metrics::Metrics(MetricsSetting setting) : impl_(new Impl(std::move(setting))) {}

Metrics::~Metrics() = default;

std::string Metrics::text() {
  return impl_->text();
}

} // namespace zzz_jobs::node
