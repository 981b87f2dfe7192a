#pragma once

#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/postgres_fresh.hpp"

#include <zzz_jobs/nodes/cluster.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>

namespace zzz_jobs::node::test {

/// A node of a PostgreSQL cluster in this process. Its store hears nothing of others
/// by itself (as behind PgBouncer) and hardly ever looks: links alone are quick.
class PgNode {
public:
  static PgStore::Config deaf_store(const std::string& schema) {
    PgStore::Config config;
    config.url = support::SharedPostgres::get().url();
    config.schema = schema;
    config.pooled = true;
    config.look_interval = std::chrono::seconds{60};
    config.log = log_nothing;
    return config;
  }
  static SupervisorConfig patient(std::vector<std::string> queues) {
    SupervisorConfig config;
    for (auto& queue : queues)
      config.queues.push_back({.name = std::move(queue), .concurrency = 4});
    config.poll_interval = std::chrono::minutes{10};
    config.log = log_nothing;
    return config;
  }

  PgNode(const support::FreshSchema& schema, const std::string& name,
         std::vector<std::string> queues = {"default"},
         ClusterSection section = {.listen = "127.0.0.1:0"})
    : supervisor(deaf_store(schema.name()), patient(std::move(queues))) {
    supervisor.register_worker("count", [this](std::string_view, JobContext&) { ++done; });
    supervisor.register_worker("wait", [this](std::string_view, JobContext& job) {
      ++waiting;
      support::Door door;
      const std::stop_callback opened{job.stop_token(), [&] { door.open(); }};
      door.wait();
      ++stopped;
    });
    cluster.emplace(supervisor,
                    ClusterSetting{.section = std::move(section),
                                   .name = name,
                                   .on_stop_asked = [this] { ++stops; },
                                   .log = log_nothing});
    supervisor.start();
  }

  /// Other nodes that it is linked with.
  [[nodiscard]] std::size_t linked() {
    const auto all = cluster->nodes();
    return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const auto& one) { return one.linked; }));
  }
  [[nodiscard]] bool links(std::size_t count) {
    return support::eventually([&] { return linked() == count; });
  }

  std::atomic<int> done{0};
  std::atomic<int> waiting{0};
  std::atomic<int> stopped{0};
  std::atomic<int> stops{0}; ///< times that others asked it to stop
  PgSupervisor supervisor;
  std::optional<Cluster> cluster{};
};

} // namespace zzz_jobs::node::test
