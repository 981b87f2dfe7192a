#include <zzz_jobs/nodes/control/why.hpp>

#include <zzz_jobs/nodes/cluster/cluster_view.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs::node::control {
namespace {

/// Who else may run the job.
struct Others {
  std::size_t running = 0;    ///< other nodes that live
  bool all_are_linked = true; ///< so their queues are known
  bool one_has_the_queue = false;
};

Others others(Context& context, const std::string& queue) {
  Others found;
  if (context.setting.cluster == nullptr)
    return found;
  for (const auto& node : context.setting.cluster->nodes()) {
    if (node.self || node.state != "running")
      continue;
    ++found.running;
    found.all_are_linked = found.all_are_linked && node.linked;
    for (const auto& load : node.queues)
      found.one_has_the_queue = found.one_has_the_queue || load.queue == queue;
  }
  return found;
}

std::string in_seconds(UnixTime then, UnixTime now) {
  const auto left = std::max(then - now, std::chrono::seconds{0}).count();
  return "in " + std::to_string(left) + " s";
}

/// Jobs of its queue that are claimed before it. Looks at 10,000 at most; then `at_least`.
struct Before {
  std::int64_t count = 0;
  bool at_least = false;
};

Before jobs_before(Context& context, const Job& job) {
  constexpr int rows_max = 10'000;
  constexpr std::uint32_t rows_at_once = 100;
  Before before;
  Page page{.after_id = 0, .limit = rows_at_once};
  for (int rows = 0; rows < rows_max; rows += rows_at_once) {
    const auto some =
      context.supervisor().list({.state = JobState::available, .queue = job.queue}, page);
    for (const auto& one : some)
      before.count += std::pair(one.priority, one.id) < std::pair(job.priority, job.id) ? 1 : 0;
    if (some.size() < rows_at_once)
      return before;
    page.after_id = some.back().id;
  }
  before.at_least = true;
  return before;
}

class Reasoning {
public:
  Reasoning(Context& context, const Job& job) : context_(context), job_(job) {
    context.supervisor().with_store([&](AnyStore& store) { now_ = store.now(); });
  }

  Why final() {
    const auto when =
      job_.completed_at ? std::to_string(job_.completed_at->time_since_epoch().count()) : "";
    add("final",
        "It is " + std::string{to_string(job_.state)} + (when.empty() ? "" : " since " + when)
          + " and over.",
        "zzz-jobs job retry " + std::to_string(job_.id) + " makes it available again.");
    return {.runs = false, .reasons = std::move(reasons_)};
  }

  Why executing() {
    const auto node =
      job_.node ? "node " + std::to_string(*job_.node) : "a program that is no node";
    if (is_lost()) {
      add("node_lost", "It was running on " + node + ", which is lost.",
          "Nothing: it is handed to another execution soon.");
      return {.runs = true, .reasons = std::move(reasons_)};
    }
    add("running", "It runs on " + node + ", attempt " + std::to_string(job_.attempt) + ".", "");
    return {.runs = true, .reasons = std::move(reasons_)};
  }

  /// What waits for a time, and what could run now.
  Why waiting() {
    add_obstacles();
    if (job_.state == JobState::scheduled)
      add("scheduled", "It is to start not before " + time(job_.scheduled_at) + ".",
          "zzz-jobs job retry " + std::to_string(job_.id) + " makes it available now.");
    else if (job_.state == JobState::retryable)
      add("retry_wait",
          "Attempt " + std::to_string(job_.attempt) + " failed; the next one is due "
            + time(job_.scheduled_at) + ".",
          "zzz-jobs job retry " + std::to_string(job_.id) + " makes it available now.");
    else
      add_rivals();
    if (is_held_)
      return {.runs = false, .reasons = std::move(reasons_)};
    if (knows_who_executes())
      return {.runs = true, .reasons = std::move(reasons_)};
    add("unknown",
        "Nothing in the store holds it; which queues and workers the nodes have is not known here.",
        "Ask a node: zzz-jobs why " + std::to_string(job_.id) + " --socket PATH, or --http URL");
    return {.runs = std::nullopt, .reasons = std::move(reasons_)};
  }

private:
  /// A verb on a store without a node sees that there are nodes, not what they have.
  [[nodiscard]] bool knows_who_executes() const { return context_.setting.facts.runs_jobs; }

  void add(std::string code, std::string text, std::string action,
           std::optional<std::int64_t> count = {}) {
    reasons_.push_back({std::move(code), std::move(text), std::move(action), count});
  }

  [[nodiscard]] std::string time(UnixTime then) const {
    return std::to_string(then.time_since_epoch().count()) + ", " + in_seconds(then, now_);
  }

  [[nodiscard]] bool is_lost() const {
    if (!job_.node || context_.setting.cluster == nullptr)
      return false;
    const auto nodes = context_.setting.cluster->nodes();
    return std::none_of(nodes.begin(), nodes.end(), [&](const NodeView& node) {
      return node.id == *job_.node && node.state != "lost";
    });
  }

  /// What keeps it from running until somebody does something.
  void add_obstacles() {
    const auto& queue = job_.queue;
    if (context_.supervisor().is_paused(queue))
      add_held("paused", "Queue \"" + queue + "\" is paused.", "zzz-jobs queue resume " + queue);
    const auto other = others(context_, queue);
    const bool others_may = other.running > 0 && (!other.all_are_linked || other.one_has_the_queue);
    if (!knows_who_executes()) {
      if (context_.setting.cluster != nullptr && other.running == 0)
        add_held("no_queue", "No node is running.", "zzz-jobs node run");
      return;
    }
    queue_here_ = queue_here();
    if (!queue_here_ && !others_may)
      add_held("no_queue", "No node that is known here runs queue \"" + queue + "\".",
               "Add [[queue]] name = \"" + queue + "\" to a node's file.");
    const auto workers = context_.supervisor().worker_names();
    if (!std::binary_search(workers.begin(), workers.end(), job_.worker))
      add_no_worker(others_may);
  }

  /// Which workers other nodes have is not known here: they may, and are not blamed.
  void add_no_worker(bool others_may) {
    const auto text = "This node has no worker \"" + job_.worker + "\"";
    const auto action = "Add [[worker]] name = \"" + job_.worker + "\" to a node's file.";
    queue_here_.reset();
    if (others_may)
      add("no_worker", text + "; it waits for a node that has.", action);
    else
      add_held("no_worker", text + ", and there is no other node.", action);
  }

  void add_held(std::string code, std::string text, std::string action) {
    is_held_ = true;
    add(std::move(code), std::move(text), std::move(action));
  }

  /// What it shares its queue with.
  void add_rivals() {
    if (queue_here_ && queue_here_->running >= queue_here_->concurrency)
      add("busy",
          "All " + std::to_string(queue_here_->concurrency) + " handlers of queue \"" + job_.queue
            + "\" on this node are running.",
          "zzz-jobs queue scale " + job_.queue + " N allows more.");
    const auto before = jobs_before(context_, job_);
    if (before.count > 0)
      add("behind",
          (before.at_least ? "At least " : "") + std::to_string(before.count)
            + (before.count == 1 ? " job" : " jobs") + " of its queue come before it.",
          "", before.count);
    if (reasons_.empty() && knows_who_executes())
      add("soon", "Nothing holds it: it starts as soon as a node looks.", "");
  }

  std::optional<QueueStatus> queue_here() {
    for (auto& one : context_.supervisor().queues())
      if (one.name == job_.queue)
        return one;
    return std::nullopt;
  }

  Context& context_;
  const Job& job_;
  UnixTime now_{};
  bool is_held_ = false;
  std::optional<QueueStatus> queue_here_{}; ///< of this node, if it can run the job
  std::vector<Reason> reasons_{};
};

} // namespace

Why why(Context& context, const Job& job) {
  Reasoning reasoning(context, job);
  if (is_final(job.state))
    return reasoning.final();
  if (job.state == JobState::executing)
    return reasoning.executing();
  return reasoning.waiting();
}

} // namespace zzz_jobs::node::control
