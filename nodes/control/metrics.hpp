#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/nodes/control/node_api.hpp>

#include <memory>
#include <string>

namespace zzz_jobs::node {

struct MetricsSetting {
  AnySupervisor& supervisor;
  NodeFacts facts{};
  ClusterView* cluster = nullptr; ///< null: no other nodes are known
};

/// What Prometheus asks a node; docs/http-api.md has a table of it. Counts every event of
/// the supervisor from its making to its end, so it is made before `start`, and only
/// where somebody asks: events cost a little. What it refers to outlives it.
class Metrics {
public:
  explicit Metrics(MetricsSetting setting);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// In Prometheus' text format. Any thread. Waits for the store and the cluster for at most two
  /// seconds; without their answers only what this process itself knows is in it.
  [[nodiscard]] std::string text();

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace zzz_jobs::node
