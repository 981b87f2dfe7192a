#include <zzz_jobs/stores/detail/pg_checks.hpp>

#include <zzz_jobs/stores/job.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

#include <optional>
#include <utility>

namespace zzz_jobs::detail::pg {
namespace {

struct NodeRow {
  std::string name{}; ///< with its id
  bool is_alive = false;
  bool has_session = false; ///< is expected to listen
  bool is_listening = false;
};

std::vector<NodeRow> nodes_of(const Examination& examined) {
  std::vector<NodeRow> nodes;
  for (const auto& row : look(examined, sql::postgres::doctor_nodes))
    nodes.push_back({std::string{row[1].c_str()} + " (" + row[0].c_str() + ")", row[2].as<bool>(),
                     row[3].as<bool>(), row[4].as<bool>()});
  return nodes;
}

void append(std::string& list, const std::string& item) {
  list += (list.empty() ? "" : ", ") + item;
}

std::string count_of(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::optional<std::int64_t> seconds_of(const std::optional<std::chrono::seconds>& age) {
  return age ? std::optional<std::int64_t>{age->count()} : std::nullopt;
}

std::int64_t debt_of(const Examination& examined, JobState state, const Retention& rule) {
  if (!rule.age && !rule.count)
    return 0;
  return look(examined, sql::postgres::doctor_retention, static_cast<int>(state),
              seconds_of(rule.age), rule.count)[0][0]
    .as<std::int64_t>();
}

} // namespace

Finding check_nodes(const Examination& examined) {
  std::string names;
  std::size_t alive = 0;
  std::size_t dead = 0;
  for (const auto& node : nodes_of(examined)) {
    node.is_alive ? ++alive : ++dead;
    if (node.is_alive)
      append(names, node.name);
  }
  const auto rows =
    look(examined, sql::postgres::doctor_orphans, examined.thresholds.rescue_delay.count());
  const auto orphans = rows[0][0].as<std::int64_t>();
  const bool has_waiting = rows[0][1].as<bool>();
  auto text = count_of(alive, "node") + " alive" + (names.empty() ? "" : ": " + names) + "; "
    + std::to_string(dead) + " whose lease ran out.";
  if (orphans > 0)
    return problem("nodes",
                   text + " " + std::to_string(orphans)
                     + " executions belong to nodes that are gone, and nobody rescues them.",
                   "Start a node on these tables: each of them rescues the jobs of the dead.");
  if (alive == 0 && has_waiting)
    return warning("nodes", text + " Jobs wait.", "Start a node on these tables.");
  return fine("nodes", text);
}

Finding check_listeners(const Examination& examined) {
  std::string deaf;
  std::size_t listening = 0;
  std::size_t polling = 0;
  for (const auto& node : nodes_of(examined)) {
    if (!node.is_alive)
      continue;
    if (!node.has_session)
      ++polling;
    else if (node.is_listening)
      ++listening;
    else
      append(deaf, node.name);
  }
  const auto text = count_of(listening, "node") + " listening, " + std::to_string(polling)
    + " polling because pooled is set";
  if (deaf.empty())
    return fine("listeners", text + ".");
  return warning("listeners",
                 text + "; not listening, and so slow to find what others enqueue: " + deaf + ".",
                 "Look for store_watch_lost in their logs. Behind a pooler in transaction mode set "
                 "pooled = true.");
}

Finding check_retention(const Examination& examined) {
  constexpr const char* name = "retention";
  const auto& policy = examined.retention;
  const std::pair<JobState, const Retention*> rules[] = {{JobState::completed, &policy.completed},
                                                         {JobState::discarded, &policy.discarded},
                                                         {JobState::cancelled, &policy.cancelled}};
  std::int64_t debt = 0;
  std::string by_state;
  for (const auto& [state, rule] : rules)
    if (const auto jobs = debt_of(examined, state, *rule); jobs > 0) {
      debt += jobs;
      append(by_state, std::to_string(jobs) + " " + std::string{to_string(state)});
    }
  if (debt == 0)
    return fine(name, "No final job is kept longer than it should be.");
  const auto text = "Still to be deleted: " + by_state + " jobs.";
  if (debt <= examined.thresholds.retention_debt)
    return fine(name, text);
  return warning(name, text,
                 "Nodes prune once a minute: see that one of them runs with this retention, and "
                 "look for store_failed in its events.");
}

} // namespace zzz_jobs::detail::pg
