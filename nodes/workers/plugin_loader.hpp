#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace zzz_jobs {
class AnySupervisor;
}

namespace zzz_jobs::node {

class PluginHost;

/// Loads shared objects and registers the handlers that they have; see plugin.hpp.
/// One thread's. May end before the supervisor does.
class PluginLoader {
public:
  /// `taken` are the names of workers that no plug-in may have: the supervisor's.
  explicit PluginLoader(AnySupervisor& supervisor, std::vector<std::string> taken = {});
  ~PluginLoader();
  PluginLoader(const PluginLoader&) = delete;
  PluginLoader& operator=(const PluginLoader&) = delete;

  /// The names of the workers that it has registered, in their order. The object stays
  /// loaded until the process ends, whatever happens.
  /// @throws Error(invalid_argument) if it cannot be loaded, is no plug-in or that of
  /// another version, or if what it registers is refused; Error(not_allowed) if its
  /// entry point throws. Says which plug-in and why; nothing of it is registered.
  std::vector<std::string> load(const std::filesystem::path& path);

private:
  class Host;
  void check_names(const std::string& plugin, const Host& host) const;

  AnySupervisor& supervisor_;
  std::map<std::string, std::string> taken_{}; ///< worker's name -> who has it
};

} // namespace zzz_jobs::node
