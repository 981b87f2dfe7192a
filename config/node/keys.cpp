#include <zzz_jobs/config/node/keys.hpp>

#include <zzz_jobs/config/node/detail/key.hpp>

#include <algorithm>

namespace zzz_jobs::node {
namespace detail {

const std::vector<Section>& sections() {
  static const std::vector<Section> all{node_section(),    store_section(),     queue_section(),
                                        worker_section(),  plugin_section(),    cron_section(),
                                        cluster_section(), http_section(),      control_section(),
                                        log_section(),     retention_section(), limits_section()};
  return all;
}

const Key* find_key(const Section& section, std::string_view name) {
  const auto found = std::ranges::find(
    section.keys, name, [](const Key& key) -> std::string_view { return key.facts.name; });
  return found == section.keys.end() ? nullptr : &*found;
}

} // namespace detail

std::vector<SectionFacts> node_file_keys() {
  std::vector<SectionFacts> all;
  for (const auto& section : detail::sections()) {
    NodeConfig defaults;
    if (section.many)
      section.add(defaults);
    auto& facts = all.emplace_back(SectionFacts{.name = section.name, .many = section.many});
    for (const auto& key : section.keys) {
      auto& known = facts.keys.emplace_back(key.facts);
      if (const auto standard = key.show(defaults, 0); known.standard.empty() && standard.is_set())
        known.standard = detail::toml_of(standard);
    }
  }
  return all;
}

} // namespace zzz_jobs::node
