#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/config/node/node_config.hpp>
#include <zzz_jobs/nodes/run/node_log.hpp>

#include <set>
#include <string>
#include <vector>

namespace zzz_jobs::node {

/// A node's cron entry, made known; one of the same name is replaced.
void register_cron(AnySupervisor& supervisor, const CronSection& cron);

/// Makes a running node what a file says that was read again, as far as that needs no
/// restart: queues, workers, cron entries, poll interval, the log's level.
class Reload {
public:
  /// `now` is what the node is; it becomes what the node is then. Workers of the names
  /// `taken` belong to plug-ins.
  Reload(AnySupervisor& supervisor, NodeConfig& now, NodeLog& log,
         const std::set<std::string>& taken)
    : supervisor_(supervisor), now_(now), log_(log), taken_(taken) {}

  /// @returns the keys that wait for a restart.
  /// @throws Error(invalid_argument | too_large) for a worker, queue or cron entry that
  /// cannot be, under the limits of the start; nothing is changed then.
  std::vector<std::string> take_over(const NodeConfig& after);

private:
  [[nodiscard]] std::vector<std::string> waiting_keys(const NodeConfig& after) const;
  [[nodiscard]] std::vector<WorkerDef> made_workers(const NodeConfig& after) const;
  void check_queues(const NodeConfig& after) const;
  void check_cron(const CronSection& cron, const NodeConfig& after) const;
  void take_workers(std::vector<WorkerDef> workers, const NodeConfig& after);
  void take_queues(const NodeConfig& after);
  bool add_queue(const QueueConfig& queue);
  void change_queue(QueueConfig& queue, const QueueConfig& after);
  void take_crons(const NodeConfig& after);

  AnySupervisor& supervisor_;
  NodeConfig& now_;
  NodeLog& log_;
  const std::set<std::string>& taken_;
  std::vector<std::string> not_yet_{}; ///< queues: another reload adds them
};

} // namespace zzz_jobs::node
