// Where a node's things are: its file, its control socket.

#include <zzz_jobs/config/node/load.hpp>

#include <sys/stat.h>
#include <unistd.h>

extern char** environ; // NOLINT: POSIX's own

namespace zzz_jobs::node {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t socket_bytes_max = 107; // what sockaddr_un holds

std::string variable(const std::map<std::string, std::string>& environment,
                     const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string{} : found->second;
}

/// systemd's may list several, parted by colons.
std::string first_of(const std::string& folders) {
  return folders.substr(0, folders.find(':'));
}

/// Where the service's socket is, whoever asks; so root finds it from a login shell
/// with a runtime folder of its own, and so does the service's user.
constexpr const char* service_folder = "/run/zzz-jobs";

bool is_own(const char* folder) {
  struct stat facts {};
  return stat(folder, &facts) == 0 && S_ISDIR(facts.st_mode) && facts.st_uid == geteuid();
}

fs::path runtime_folder(const std::map<std::string, std::string>& environment) {
  if (const auto folder = first_of(variable(environment, "RUNTIME_DIRECTORY")); !folder.empty())
    return folder;
  if (geteuid() == 0 || is_own(service_folder))
    return service_folder;
  if (const auto folder = variable(environment, "XDG_RUNTIME_DIR"); !folder.empty())
    return fs::path{folder} / "zzz-jobs";
  return "/tmp/zzz-jobs-" + std::to_string(geteuid());
}

/// The node's name as a file's.
std::string file_name(const std::string& name) {
  constexpr std::size_t bytes_max = 64;
  std::string text = name.substr(0, bytes_max);
  for (auto& byte : text) {
    const bool kept = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
      || (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '_';
    if (!kept)
      byte = '_';
  }
  return text + ".sock";
}

} // namespace

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text{*entry};
    if (const auto equals = text.find('='); equals != std::string::npos)
      all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

std::optional<fs::path> default_config_file(const std::map<std::string, std::string>& environment) {
  if (const auto file = variable(environment, "ZZZ_JOBS_CONFIG"); !file.empty())
    return file;
  for (const auto* file : {"zzz-jobs.toml", "/etc/zzz-jobs/zzz-jobs.toml"})
    if (std::error_code ignored; fs::exists(file, ignored))
      return file;
  return {};
}

fs::path default_control_socket(const NodeConfig& config,
                                const std::map<std::string, std::string>& environment) {
  if (!config.control.socket.empty())
    return config.control.socket;
  if (config.store.kind == StoreKind::sqlite && !config.store.path.empty()) {
    auto beside = config.store.path;
    beside += ".sock";
    if (beside.native().size() <= socket_bytes_max)
      return beside;
  }
  return runtime_folder(environment) / file_name(config.name);
}

} // namespace zzz_jobs::node
