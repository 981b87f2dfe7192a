#include <zzz_jobs/nodes/cluster/cluster_system.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <caf/all.hpp>
#include <caf/io/all.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <vector>

namespace zzz_jobs::node {
namespace {

constexpr char heartbeat_key[] = "middleman.heartbeat-interval";
constexpr char timeout_key[] = "middleman.connection-timeout";
constexpr char applications_key[] = "middleman.app-identifiers";
constexpr char application[] = "zzz_jobs";

std::vector<std::string> applications_of(const caf::actor_system_config& config) {
  return caf::get_or(config, applications_key, std::vector<std::string>{});
}

/// CAF names nodes after process id, network addresses and a counter of one byte.
/// Processes in containers may share the first two: the counter's start then
/// differs. Systems of one process count on from there.
void vary_node_id(const caf::actor_system_config& config) {
  static const bool once = [&] {
    const auto count = std::random_device{}() % 256;
    for (unsigned i = 0; i < count; ++i)
      static_cast<void>(caf::node_id::default_data::local(config));
    return true;
  }();
  static_cast<void>(once);
}

} // namespace

void prepare_for_cluster(caf::actor_system_config& config) {
  using namespace std::chrono_literals;
  config.load<caf::io::middleman>();
  config.set(heartbeat_key, caf::timespan{1s});
  config.set(timeout_key, caf::timespan{5s});
  auto applications = applications_of(config);
  if (std::find(applications.begin(), applications.end(), application) == applications.end())
    applications.emplace_back(application);
  config.set(applications_key, std::move(applications));
  vary_node_id(config);
}

void check_prepared(const caf::actor_system& system) {
  const auto& config = system.config();
  const auto applications = applications_of(config);
  const char* lacks = nullptr;
  if (!system.has_middleman())
    lacks = "CAF's middleman";
  else if (caf::get_or(config, heartbeat_key, caf::timespan{0}).count() <= 0
           || caf::get_or(config, timeout_key, caf::timespan{0}).count() <= 0)
    lacks = "heartbeats between nodes (middleman.heartbeat-interval, connection-timeout)";
  else if (std::find(applications.begin(), applications.end(), application) == applications.end())
    lacks = "\"zzz_jobs\" in middleman.app-identifiers";
  if (lacks)
    throw Error{errc::invalid_argument,
                std::string{"the actor system must have "} + lacks
                  + ": call prepare_for_cluster with its configuration"};
}

struct ClusterSystem::Impl {
  struct Config : caf::actor_system_config {
    explicit Config(std::size_t threads) {
      prepare_for_cluster(*this);
      set("scheduler.policy", caf::atom("sharing")); // idle without work
      set("scheduler.max-threads", threads);
    }
  };
  explicit Impl(std::size_t threads) : config(threads), system(config) {}

  Config config; ///< outlives the system
  caf::actor_system system;
};

ClusterSystem::ClusterSystem(std::size_t threads) : impl_(std::make_unique<Impl>(threads)) {}
ClusterSystem::~ClusterSystem() = default;

caf::actor_system& ClusterSystem::system() noexcept {
  return impl_->system;
}

} // namespace zzz_jobs::node
