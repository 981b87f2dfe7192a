// As a plug-in looks that was made for a later version of the interface: nothing of
// it may be called but what says so.

#include <zzz_jobs/nodes/plugin.hpp>

#include <cstdlib>

extern "C" const zzz_jobs::node::PluginFacts* zzz_jobs_plugin_facts() noexcept {
  static constexpr zzz_jobs::node::PluginFacts facts{zzz_jobs::node::plugin_abi + 1, 0};
  return &facts;
}

extern "C" void zzz_jobs_plugin_register(zzz_jobs::node::PluginHost& /*host*/) {
  std::abort();
}
