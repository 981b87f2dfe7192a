#include <zzz_jobs/nodes/run/node.hpp>

#include <zzz_jobs/config/node/load.hpp>
#include <zzz_jobs/nodes/cluster.hpp>
#include <zzz_jobs/nodes/control/control_server.hpp>
#include <zzz_jobs/nodes/control/http_server.hpp>
#include <zzz_jobs/nodes/control/metrics.hpp>
#include <zzz_jobs/nodes/control/node_api.hpp>
#include <zzz_jobs/nodes/run/examine.hpp>
#include <zzz_jobs/nodes/run/links.hpp>
#include <zzz_jobs/nodes/run/node_health.hpp>
#include <zzz_jobs/nodes/run/open_store.hpp>
#include <zzz_jobs/nodes/run/reload.hpp>
#include <zzz_jobs/nodes/run/stop_grace.hpp>
#include <zzz_jobs/nodes/workers/command_worker.hpp>
#include <zzz_jobs/nodes/workers/plugin_loader.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>
#include <utility>

namespace zzz_jobs::node {
namespace {

constexpr std::chrono::seconds lock_patience{5};
constexpr std::chrono::milliseconds lock_pause{20};

NodeFacts facts_of(const NodeConfig& config) {
  return {.name = config.name,
          .store = store_name(config.store.kind),
          .started_at = system_clock()->now(),
          .config_file = config.file.string()};
}

/// A verb that works on the file without a node is through in a moment.
std::unique_ptr<OpenStore> open_patiently(const NodeConfig& config,
                                          const SupervisorConfig& supervisor, Links* links) {
  const auto deadline = std::chrono::steady_clock::now() + lock_patience;
  for (;;) {
    try {
      return open_store(config, supervisor, links);
    } catch (const Error& error) {
      if (error.code() != errc::locked || std::chrono::steady_clock::now() >= deadline)
        throw;
    }
    std::this_thread::sleep_for(lock_pause);
  }
}

/// Whether there is somebody to be linked with: who calls us, the nodes of our
/// database, or gateways.
bool joins(const NodeConfig& config) {
  const bool has_others = config.store.kind == StoreKind::postgres
    || config.store.kind == StoreKind::gateway || !config.cluster.listen.empty();
  return config.cluster.join && has_others;
}

/// Null where nothing is linked. The store's link to a gateway and those of the cluster
/// share it.
std::unique_ptr<Links> links_for(const NodeConfig& config, const LogSink& log) {
  if (config.store.kind != StoreKind::gateway && !joins(config))
    return nullptr;
  auto links = std::make_unique<Links>();
  links->transport = std::make_shared<Transport>(links->system.system(), config.cluster.tls, log);
  return links;
}

/// Null where the file wants no links to other nodes.
std::unique_ptr<Cluster> joined(const NodeSetting& setting, AnySupervisor& supervisor, Links* links,
                                NodeLog& log) {
  const auto& config = setting.config;
  if (!joins(config))
    return nullptr;
  auto cluster = std::make_unique<Cluster>(supervisor,
                                           ClusterSetting{.section = config.cluster,
                                                          .name = config.name,
                                                          .system = &links->system.system(),
                                                          .transport = links->transport,
                                                          .gateways = config.store.gateways,
                                                          .on_stop_asked = setting.on_stop_asked,
                                                          .log = log.sink()});
  log.write(LogLevel::info, "cluster_joined address=\"" + cluster->address() + "\"");
  return cluster;
}

} // namespace

struct Node::Impl {
  Impl(NodeSetting chosen, NodeLog& to)
    : setting(std::move(chosen)), log(to), links(links_for(setting.config, log.sink())),
      store(open_patiently(setting.config, supervisor_config(), links.get())),
      cluster(joined(setting, store->supervisor(), links.get(), log)),
      health(*store, cluster.get(), setting.config),
      api({.supervisor = store->supervisor(),
           .facts = facts,
           .cluster = cluster.get(),
           .stop = setting.on_stop_asked,
           .doctor = examination_of(setting.config),
           .checks = [this] { return health.checks(); }}) {
    register_everything();
  }

  [[nodiscard]] SupervisorConfig supervisor_config() {
    auto config = supervisor_config_of(setting.config);
    config.log = log.sink();
    // A program that was asked to end may take its own time before it is killed.
    for (const auto& worker : setting.config.workers)
      config.stop_grace = std::max(config.stop_grace, stop_grace_for(worker));
    return config;
  }

  void register_everything() {
    auto& supervisor = store->supervisor();
    std::vector<std::string> commands;
    for (const auto& worker : setting.config.workers) {
      supervisor.register_worker(make_command_worker(worker, setting.config.limits));
      commands.push_back(worker.name);
    }
    PluginLoader plugins{supervisor, std::move(commands)};
    for (const auto& plugin : setting.config.plugins)
      for (const auto& worker : plugins.load(plugin.path)) {
        plugin_workers.insert(worker);
        log.write(LogLevel::info,
                  "plugin_worker worker=\"" + worker + "\" path=\"" + plugin.path.string() + "\"");
      }
    for (const auto& cron : setting.config.crons)
      register_cron(supervisor, cron);
  }

  void start() {
    if (!setting.control_socket.empty())
      control = std::make_unique<ControlServer>(
        ControlServerSetting{.path = prepared(setting.control_socket)}, api);
    if (!setting.config.http.listen.empty())
      start_http();
    store->supervisor().start();
    log.write(LogLevel::info,
              "node_started name=\"" + setting.config.name
                + "\" store=" + store_name(setting.config.store.kind)
                + " queues=" + std::to_string(setting.config.queues.size())
                + " workers=" + std::to_string(store->supervisor().worker_names().size())
                + " socket=\"" + setting.control_socket.string() + "\"");
  }

  void start_http() {
    const auto& section = setting.config.http;
    metrics = std::make_unique<Metrics>(
      MetricsSetting{.supervisor = store->supervisor(), .facts = facts, .cluster = cluster.get()});
    http =
      std::make_unique<HttpServer>(HttpServerSetting{.listen = section.listen,
                                                     .token = section.token.reveal(),
                                                     .certificate = section.certificate,
                                                     .key = section.key,
                                                     .metrics = [this] { return metrics->text(); }},
                                   api);
    log.write(LogLevel::info, "http_listening address=\"" + http->address() + "\"");
  }

  /// The folder of sockets is ours alone; who else owned it could put a socket of his
  /// own in the place of ours.
  static const std::filesystem::path& prepared(const std::filesystem::path& socket) {
    const auto folder = socket.parent_path();
    if (!folder.empty() && !std::filesystem::exists(folder)) {
      std::filesystem::create_directories(folder);
      std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
    }
    struct stat facts {};
    if (!folder.empty() && ::stat(folder.c_str(), &facts) == 0 && facts.st_uid != ::geteuid()
        && facts.st_uid != 0)
      throw Error(errc::not_allowed,
                  "control.socket: the folder \"" + folder.string()
                    + "\" belongs to another user; choose one of your own");
    return socket;
  }

  NodeSetting setting;
  NodeLog& log;
  const NodeFacts facts{facts_of(setting.config)};
  std::unique_ptr<Links> links; ///< outlives what follows
  std::unique_ptr<OpenStore> store;
  std::set<std::string> plugin_workers{};
  std::unique_ptr<Cluster> cluster;
  NodeHealth health;
  Api api;
  std::unique_ptr<ControlServer> control{};
  std::unique_ptr<Metrics> metrics{};
  std::unique_ptr<HttpServer> http{};
};

Node::Node(NodeSetting setting, NodeLog& log)
  : impl_(std::make_unique<Impl>(std::move(setting), log)) {}

Node::~Node() = default;

void Node::start() {
  impl_->start();
}

bool Node::stop() {
  const auto deadline = std::chrono::steady_clock::now() + impl_->setting.config.shutdown_timeout;
  if (impl_->cluster)
    impl_->cluster->announce_stop();
  const bool clean = impl_->store->supervisor().stop();
  if (impl_->cluster && !impl_->cluster->guests_idle_by(deadline))
    impl_->log.write(LogLevel::warning, "guests_interrupted action=\"their jobs go back\"");
  return clean;
}

void Node::hurry_stop() {
  impl_->store->supervisor().hurry_stop();
  if (impl_->cluster)
    impl_->cluster->hurry_stop();
}

std::vector<std::string> Node::reload(const NodeConfig& config) {
  auto& now = impl_->setting.config;
  return Reload{impl_->store->supervisor(), now, impl_->log, impl_->plugin_workers}.take_over(
    config);
}

AnySupervisor& Node::supervisor() noexcept {
  return impl_->store->supervisor();
}

const NodeConfig& Node::config() const noexcept {
  return impl_->setting.config;
}

std::string Node::status() const {
  const auto& supervisor = impl_->store->supervisor();
  std::uint32_t running = 0;
  for (const auto& queue : supervisor.queues())
    running += queue.running;
  const auto stats = supervisor.stats();
  return std::to_string(running) + " running, " + std::to_string(stats.completed) + " completed, "
    + std::to_string(stats.failed) + " failed attempts, " + std::to_string(stats.discarded)
    + " discarded";
}

} // namespace zzz_jobs::node
