#include <zzz_jobs/nodes/run/target.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/control/control_client.hpp>
#include <zzz_jobs/nodes/control/http_client.hpp>
#include <zzz_jobs/nodes/run/direct_channel.hpp>

#include <chrono>
#include <fstream>
#include <thread>
#include <utility>

namespace zzz_jobs::node {
namespace {

constexpr std::chrono::seconds lock_patience{5};
constexpr std::chrono::milliseconds lock_pause{20};

/// Who listens there; null: nobody, as on a socket that a killed node left.
std::unique_ptr<ApiChannel> node_at(const std::filesystem::path& socket) {
  try {
    auto node = std::make_unique<ControlClient>(socket);
    (void)node->call({.path = "/api/v1/version"});
    return node;
  } catch (const Error&) {
    return nullptr;
  }
}

/// Who has the file locked may be a node that starts and will answer soon, or another
/// verb that is through in a moment.
std::unique_ptr<ApiChannel> open_file(const NodeConfig& config,
                                      const std::filesystem::path& socket) {
  const auto deadline = std::chrono::steady_clock::now() + lock_patience;
  for (;;) {
    try {
      return open_directly(config);
    } catch (const Error& error) {
      if (error.code() != errc::locked || std::chrono::steady_clock::now() >= deadline)
        throw;
    }
    std::this_thread::sleep_for(lock_pause);
    if (auto node = node_at(socket))
      return node;
  }
}

std::vector<std::string> settings_of(const cli::Target& target) {
  auto settings = target.settings;
  if (!target.store_url.empty()) {
    settings.emplace_back("store.kind=postgres");
    settings.push_back("store.url=" + target.store_url);
    // A question does not make tables: that is what migrate up is for.
    settings.emplace_back("store.migrate=false");
  }
  if (!target.schema.empty())
    settings.push_back("store.schema=" + target.schema);
  return settings;
}

/// Never on the command line, where everybody on the machine sees it.
std::string token_of(const cli::Target& target,
                     const std::map<std::string, std::string>& environment) {
  if (target.token_file.empty()) {
    const auto found = environment.find("ZZZ_JOBS_HTTP_TOKEN");
    return found == environment.end() ? std::string{} : found->second;
  }
  std::ifstream file{target.token_file};
  std::string token;
  if (!std::getline(file, token) || token.empty())
    throw Error(errc::invalid_argument,
                "token-file: no token can be read from \"" + target.token_file.string() + "\"");
  return token;
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
  if (!target.http.empty())
    return std::make_unique<HttpClient>(HttpClientSetting{
      .url = target.http, .token = token_of(target, environment), .ca = target.ca});
  const auto loaded = load_node_config(sources_of(target.config, settings_of(target), environment));
  require_valid(loaded);
  const auto& config = loaded.config;
  if (!target.store_url.empty())
    return open_directly(config);
  const auto socket = default_control_socket(config, environment);
  if (auto node = node_at(socket))
    return node;
  if (target.node_alone)
    nobody_answers(socket, "and nothing else can say how a node is");
  switch (config.store.kind) {
    case StoreKind::postgres: return open_directly(config);
    case StoreKind::sqlite: return open_file(config, socket);
    case StoreKind::memory: nobody_answers(socket, "and a memory store is only in its process");
    case StoreKind::gateway: nobody_answers(socket, "and it has no database of its own");
  }
  nobody_answers(socket, "and its store is of no known kind");
}

} // namespace zzz_jobs::node
