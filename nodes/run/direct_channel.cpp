#include <zzz_jobs/nodes/run/direct_channel.hpp>

#include <zzz_jobs/config/node/load.hpp>
#include <zzz_jobs/nodes/cluster/cluster_view.hpp>
#include <zzz_jobs/nodes/control/node_api.hpp>
#include <zzz_jobs/nodes/run/examine.hpp>
#include <zzz_jobs/nodes/run/open_store.hpp>
#include <zzz_jobs/nodes/run/reload.hpp>

#include <utility>

namespace zzz_jobs::node {
namespace {

/// A verb says by itself what went wrong; the store's warnings would come between.
SupervisorConfig silent(const NodeConfig& config) {
  auto made = supervisor_config_of(config);
  made.log = log_nothing;
  return made;
}

/// To look is no reason to change the tables.
NodeConfig without_migration(NodeConfig config) {
  config.store.migrate = false;
  return config;
}

/// The nodes as their store knows them: nobody here has a link to any of them.
class NodesOfStore final : public ClusterView {
public:
  explicit NodesOfStore(AnySupervisor& supervisor) : supervisor_(supervisor) {}

  std::vector<NodeView> nodes() override {
    std::vector<NodeView> views;
    supervisor_.with_store([&](AnyStore& store) {
      const auto own_id = store.node_id(); // this process has a row, and is no node
      for (const auto& row : store.nodes())
        if (row.id != own_id)
          views.push_back(view_of(row));
    });
    return views;
  }
  bool stop_node(std::int64_t) override { return false; }
  std::uint32_t scale_queue(const std::string&, std::uint32_t) override { return 0; }

private:
  AnySupervisor& supervisor_;
};

class DirectChannel final : public ApiChannel {
public:
  explicit DirectChannel(const NodeConfig& config)
    : store_(open_store(without_migration(config), silent(config))), nodes_(store_->supervisor()),
      api_({.supervisor = store_->supervisor(),
            .facts = {.name = config.name,
                      .store = store_name(config.store.kind),
                      .started_at = system_clock()->now(),
                      .config_file = config.file.string(),
                      .runs_jobs = false},
            .cluster = &nodes_,
            .doctor = examination_of(config)}) {
    make_known(config);
  }

  ApiAnswer call(const ApiRequest& request) override { return api_.call(request); }

private:
  /// What the file names is there to be looked at and to be enqueued with its options.
  /// The supervisor is never started: nothing is executed, and no tick is fired.
  void make_known(const NodeConfig& config) {
    auto& supervisor = store_->supervisor();
    for (const auto& worker : config.workers)
      supervisor.register_worker({.name = worker.name,
                                  .handler = [](std::string_view, JobContext&) {},
                                  .opts = worker.opts,
                                  .retry = worker.retry});
    for (const auto& cron : config.crons)
      register_cron(supervisor, cron);
  }

  std::unique_ptr<OpenStore> store_;
  NodesOfStore nodes_;
  Api api_;
};

} // namespace

std::unique_ptr<ApiChannel> open_directly(const NodeConfig& config) {
  return std::make_unique<DirectChannel>(config);
}

} // namespace zzz_jobs::node
