#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/config/clock.hpp>
#include <zzz_jobs/nodes/control/api.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace zzz_jobs::node {

class ClusterView;

/// What a node says of itself.
struct NodeFacts {
  std::string name{};
  std::string store{}; ///< "memory", "sqlite", "postgres", "gateway"
  UnixTime started_at{};
  std::string config_file{}; ///< empty: none was read
  /// False where a verb works on the store without a node: nobody executes here, so
  /// nothing is said of who could.
  bool runs_jobs = true;
};

/// One thing that a node's health depends on.
struct HealthCheck {
  std::string name{};
  bool ok = true;
  bool vital = true; ///< a failed one fails the node; others degrade it
  std::string text{};
  std::string advice{}; ///< what to do about it, where it is not ok
};

/// One result of an examination of the store; as pg::Finding.
struct DoctorFinding {
  std::string check{};
  std::string level{}; ///< "fine", "warning", "problem"
  std::string text{};
  std::string advice{};
};

/// What an Api speaks for. What it refers to outlives it; functions may be empty and
/// are called on any thread, several at once.
struct ApiSetting {
  AnySupervisor& supervisor;
  NodeFacts facts{};
  ClusterView* cluster = nullptr; ///< null: no other nodes are known
  /// Begins to drain and end this node; returns at once. Empty: refused.
  std::function<void()> stop{};
  /// Examines the store. Empty: the store has no such examination (404).
  std::function<std::vector<DoctorFinding>()> doctor{};
  /// Further checks of this node's health, such as its links. Must not block.
  std::function<std::vector<HealthCheck>()> checks{};
  /// What a body may have; larger ones are refused (413).
  std::size_t body_bytes_max = 16 * 1024 * 1024;
};

/// The JSON API of a node, whoever carries the questions; see docs/http-api.md. Any
/// thread. `call` answers everything, malformed requests included, and never throws
/// but for lack of memory.
class Api final : public ApiChannel {
public:
  explicit Api(ApiSetting setting);
  ~Api() override;
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  ApiAnswer call(const ApiRequest& request) override;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace zzz_jobs::node
