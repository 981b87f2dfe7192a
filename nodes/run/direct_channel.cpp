#include <zzz_jobs/nodes/run/direct_channel.hpp>

#include <zzz_jobs/config/node/load.hpp>
#include <zzz_jobs/nodes/control/node_api.hpp>
#include <zzz_jobs/nodes/run/examine.hpp>
#include <zzz_jobs/nodes/run/open_store.hpp>

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

class DirectChannel final : public ApiChannel {
public:
  explicit DirectChannel(const NodeConfig& config)
    : store_(open_store(without_migration(config), silent(config))),
      api_({.supervisor = store_->supervisor(),
            .facts = {.name = config.name,
                      .store = store_name(config.store.kind),
                      .started_at = system_clock()->now(),
                      .config_file = config.file.string(),
                      .runs_jobs = false},
            .doctor = examination_of(config)}) {}

  ApiAnswer call(const ApiRequest& request) override { return api_.call(request); }

private:
  std::unique_ptr<OpenStore> store_;
  Api api_;
};

} // namespace

std::unique_ptr<ApiChannel> open_directly(const NodeConfig& config) {
  return std::make_unique<DirectChannel>(config);
}

} // namespace zzz_jobs::node
