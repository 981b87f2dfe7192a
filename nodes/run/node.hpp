#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/config/node/node_config.hpp>
#include <zzz_jobs/nodes/run/node_log.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace zzz_jobs::node {

struct NodeSetting {
  NodeConfig config{};
  std::filesystem::path control_socket{}; ///< empty: none is served
  /// Asked for by the API or another node: the node shall drain and end. Any thread;
  /// must return at once.
  std::function<void()> on_stop_asked{};
};

/// All that a node's file asks for: store, queues, workers, cron entries, control
/// socket, HTTP, links to other nodes. One thread's.
class Node {
public:
  /// Opens the store and registers everything; nothing runs yet. `log` outlives it.
  /// @throws Error with what is wrong, as text for people.
  Node(NodeSetting setting, NodeLog& log);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Answers on its sockets and works its queues from now on.
  /// @throws Error(unavailable | locked) if an address or socket cannot be had.
  void start();
  /// Drains: AnySupervisor::stop, and as long for guests. True if every handler here
  /// ended by itself.
  bool stop();
  /// AnySupervisor::hurry_stop, for guests too. Any thread.
  void hurry_stop();
  /// Takes over what can be changed while running; see Reload. @returns the keys that
  /// differ and wait for a restart.
  std::vector<std::string> reload(const NodeConfig& config);

  [[nodiscard]] AnySupervisor& supervisor() noexcept;
  [[nodiscard]] const NodeConfig& config() const noexcept;
  /// One line for people: what it has done and does.
  [[nodiscard]] std::string status() const;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace zzz_jobs::node
