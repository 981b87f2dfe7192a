// An application that joins a cluster: its actor system is its own, its jobs are in
// PostgreSQL with those of all nodes. Two such nodes in one process here; elsewhere
// they are on different machines, with certificates (ClusterSection::tls).

#include <zzz_jobs/nodes/cluster.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include <caf/all.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using zzz_jobs::node::Cluster;

/// What an application owns, in the order in which it is made: the configuration
/// outlives the actor system, which outlives the supervisor and the cluster.
struct Application {
  struct Config : caf::actor_system_config {
    Config() { zzz_jobs::node::prepare_for_cluster(*this); }
  };

  Application(const std::string& database, const std::string& name, const std::string& queue)
    : supervisor({.url = database}, {.queues = {{.name = queue}}}, system),
      cluster(supervisor, {.section = {.listen = "127.0.0.1:0"}, .name = name, .system = &system}) {
  }

  Config config{};
  caf::actor_system system{config};
  zzz_jobs::PgSupervisor supervisor;
  Cluster cluster;
};

void wait_for_links(Cluster& cluster, std::size_t count) {
  for (int i = 0; i < 200; ++i) {
    std::size_t linked = 0;
    for (const auto& node : cluster.nodes())
      linked += node.linked ? 1 : 0;
    if (linked == count)
      return;
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  throw std::runtime_error("the nodes have not found each other");
}

void show(Cluster& cluster) {
  for (const auto& node : cluster.nodes()) {
    std::printf("%s at %s, %s%s:", node.name.c_str(), node.address.c_str(), node.state.c_str(),
                node.self ? ", this one" : "");
    for (const auto& queue : node.queues)
      std::printf(" %s (%u of %u)", queue.queue.c_str(), queue.running, queue.concurrency);
    std::puts("");
  }
}

} // namespace

int main() {
  try {
    const char* database = std::getenv("DATABASE_URL");
    if (database == nullptr)
      throw std::runtime_error("DATABASE_URL must name a database");

    Application shop{database, "shop", "orders"};
    Application press{database, "press", "printing"};
    std::promise<std::string> printed;
    press.supervisor.register_worker("print", [&](std::string_view args, zzz_jobs::JobContext&) {
      printed.set_value(std::string{args});
    });
    shop.supervisor.start();
    press.supervisor.start();
    wait_for_links(shop.cluster, 1);
    show(shop.cluster);

    // Of another node's queue, which hears of it at once.
    shop.supervisor.enqueue("print", std::string{"a poster"}, {.queue = "printing"});
    std::printf("printed %s\n", printed.get_future().get().c_str());
    shop.cluster.scale_queue("printing", 2);
    show(shop.cluster);
    return shop.supervisor.stop() && press.supervisor.stop() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "embed_in_cluster: %s\n", error.what());
    return 1;
  }
}
