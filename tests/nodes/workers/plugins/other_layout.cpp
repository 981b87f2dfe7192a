// As a plug-in looks that was built with types of other sizes.

#include <zzz_jobs/nodes/plugin.hpp>

#include <cstdlib>

extern "C" const zzz_jobs::node::PluginFacts* zzz_jobs_plugin_facts() noexcept {
  static constexpr zzz_jobs::node::PluginFacts facts{zzz_jobs::node::plugin_abi,
                                                     zzz_jobs::node::plugin_layout() + 1};
  return &facts;
}

extern "C" void zzz_jobs_plugin_register(zzz_jobs::node::PluginHost& /*host*/) {
  std::abort();
}
