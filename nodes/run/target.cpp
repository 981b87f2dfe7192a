#include <zzz_jobs/nodes/run/target.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/control/control_client.hpp>
#include <zzz_jobs/nodes/run/direct_channel.hpp>

#include <utility>

namespace zzz_jobs::node {
namespace {

/// Whether somebody listens there: a socket that a killed node left does not.
bool answers(ControlClient& node) {
  try {
    (void)node.call({.path = "/api/v1/version"});
    return true;
  } catch (const Error&) {
    return false;
  }
}

std::vector<std::string> settings_of(const cli::Target& target) {
  auto settings = target.settings;
  if (!target.store_url.empty()) {
    settings.emplace_back("store.kind=postgres");
    settings.push_back("store.url=" + target.store_url);
  }
  if (!target.schema.empty())
    settings.push_back("store.schema=" + target.schema);
  return settings;
}

[[noreturn]] void nobody_answers(const std::filesystem::path& socket, const std::string& why) {
  throw Error(errc::unavailable,
              "no node answers on \"" + socket.string() + "\" (is it running? zzz-jobs node run), "
                + why);
}

} // namespace

ConfigSources sources_of(const std::filesystem::path& file, std::vector<std::string> settings,
                         std::map<std::string, std::string> environment) {
  ConfigSources sources{.environment = std::move(environment), .flags = std::move(settings)};
  sources.file = file.empty() ? default_config_file(sources.environment) : std::optional{file};
  return sources;
}

std::unique_ptr<ApiChannel> open_target(const cli::Target& target,
                                        const std::map<std::string, std::string>& environment) {
  if (!target.socket.empty())
    return std::make_unique<ControlClient>(target.socket);
  const auto loaded = load_node_config(sources_of(target.config, settings_of(target), environment));
  require_valid(loaded);
  const auto& config = loaded.config;
  if (!target.store_url.empty())
    return open_directly(config);
  const auto socket = default_control_socket(config, environment);
  auto node = std::make_unique<ControlClient>(socket);
  if (answers(*node))
    return node;
  switch (config.store.kind) {
    case StoreKind::postgres:
    case StoreKind::sqlite: return open_directly(config);
    case StoreKind::memory: nobody_answers(socket, "and a memory store is only in its process");
    case StoreKind::gateway: nobody_answers(socket, "and it has no database of its own");
  }
  nobody_answers(socket, "and its store is of no known kind");
}

} // namespace zzz_jobs::node
