#pragma once

#include "support/supervisors.hpp"

#include <zzz_jobs/nodes/control/node_api.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <string>

namespace zzz_jobs::node::tests {

using Json = nlohmann::json;

struct Answered {
  int status = 0;
  Json json{};

  [[nodiscard]] std::string error() const { return json.value("error", ""); }
  [[nodiscard]] std::string code() const { return json.value("code", ""); }
};

/// Asks; every answer must be JSON.
inline Answered ask(ApiChannel& channel, const std::string& method, const std::string& path,
                    const std::string& body = "",
                    const std::map<std::string, std::string>& query = {}) {
  const auto answer =
    channel.call({.method = method, .path = "/api/v1" + path, .query = query, .body = body});
  return {answer.status, Json::parse(answer.body)};
}

inline Answered get(ApiChannel& channel, const std::string& path,
                    const std::map<std::string, std::string>& query = {}) {
  return ask(channel, "GET", path, "", query);
}

inline Answered post(ApiChannel& channel, const std::string& path, const std::string& body = "") {
  return ask(channel, "POST", path, body);
}

/// Nothing is claimed ahead of its start: what is executing runs.
inline SupervisorConfig calm(std::uint32_t concurrency = 2) {
  auto config = support::quick(concurrency);
  config.prefetch_max = 0;
  return config;
}

/// A node's Api over a supervisor that is not started unless a test does.
struct Node {
  explicit Node(SupervisorConfig config = calm()) : supervisor(store_config(), std::move(config)) {}

  static MemoryStore::Config store_config() { return {.capacity = 100'000}; }

  std::int64_t enqueue(const std::string& body) {
    return post(api, "/jobs", body).json.at("id").get<std::int64_t>();
  }

  MemorySupervisor supervisor;
  Api api{{.supervisor = supervisor,
           .facts = {.name = "one", .store = "memory", .started_at = system_clock()->now()}}};
};

} // namespace zzz_jobs::node::tests
