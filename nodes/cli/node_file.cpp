#include <zzz_jobs/nodes/cli/node_file.hpp>

namespace zzz_jobs::node::cli {

LoadedConfig loaded_config(Context& context) {
  ConfigSources sources{.environment = context.host().environment(),
                        .flags = context.arguments().all("--set")};
  if (const auto file = context.arguments().find("--config"))
    sources.file = *file;
  else
    sources.file = default_config_file(sources.environment);
  return load_node_config(sources);
}

} // namespace zzz_jobs::node::cli
