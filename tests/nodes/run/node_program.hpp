#pragma once

#include "cluster/process.hpp"
#include "support/eventually.hpp"
#include "support/temp_folder.hpp"

#include <zzz_jobs/nodes/control/control_client.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace zzz_jobs::node {

/// How long a node that was told to end may take.
inline constexpr std::chrono::seconds end_limit{60};

/// What a test's node is told, before anything of its own.
inline constexpr const char* common_file = R"(
[node]
shutdown_timeout = "30s"
[store]
path = "jobs.db"
[[queue]]
name = "default"
concurrency = 2
[[worker]]
name = "count"
command = ["wc", "-c"]
[[worker]]
name = "wait"
command = ["sh", "-c", 'trap "exit 9" TERM; echo > started; while [ ! -e open ]; do sleep 0.02; done']
)";

/// The zzz-jobs program as a process, with a folder and a file of its own.
class NodeProgram {
public:
  explicit NodeProgram(const std::string& file = common_file) { write(file); }

  void write(const std::string& file) const { std::ofstream{path("node.toml")} << file; }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return folder_.path() / name;
  }
  [[nodiscard]] std::string log() const {
    std::ifstream file{path("log")};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  [[nodiscard]] bool has_logged(const std::string& text) const {
    return support::eventually([&] { return log().find(text) != std::string::npos; });
  }

  cluster::Process& start(std::vector<std::string> further = {});
  [[nodiscard]] cluster::Process& process() { return *process_; }
  /// Whether it answers on its socket.
  [[nodiscard]] bool answers() {
    return support::eventually([&] {
      try {
        return call("GET", "/api/v1/version").status == 200;
      } catch (const std::exception&) {
        return false;
      }
    });
  }
  ApiAnswer call(const std::string& method, const std::string& at, const std::string& body = {}) {
    return ControlClient{path("jobs.db.sock")}.call(
      {.method = method, .path = at, .query = {}, .body = body});
  }
  [[nodiscard]] nlohmann::json json(const std::string& at) {
    return nlohmann::json::parse(call("GET", at).body);
  }
  std::int64_t enqueue(const std::string& worker, const std::string& args = {},
                       const std::string& queue = "default") {
    const auto answer =
      call("POST", "/api/v1/jobs",
           nlohmann::json{{"worker", worker}, {"args", args}, {"queue", queue}}.dump());
    return nlohmann::json::parse(answer.body).at("id");
  }
  [[nodiscard]] std::string state(std::int64_t id) {
    return json("/api/v1/jobs/" + std::to_string(id)).at("state");
  }
  [[nodiscard]] bool reaches(std::int64_t id, const std::string& wanted) {
    return support::eventually([&] { return state(id) == wanted; });
  }

  /// Where it takes links, once it does; empty if it does not.
  [[nodiscard]] std::string links_at() const {
    const std::string before = "cluster_joined address=\"";
    if (!has_logged(before))
      return {};
    const auto text = log();
    const auto begin = text.rfind(before) + before.size();
    return text.substr(begin, text.find('"', begin) - begin);
  }
  /// Whether so many other nodes are linked with it.
  [[nodiscard]] bool has_linked(int count) {
    return support::eventually([&] {
      int linked = 0;
      const auto all = json("/api/v1/nodes");
      for (const auto& node : all.at("nodes"))
        linked += node.at("linked").get<bool>() ? 1 : 0;
      return linked == count;
    });
  }

private:
  support::TempFolder folder_{};
  std::unique_ptr<cluster::Process> process_{};
};

} // namespace zzz_jobs::node
