#pragma once

#include <zzz_jobs/config/node/detail/reading.hpp>
#include <zzz_jobs/config/node/keys.hpp>
#include <zzz_jobs/config/node/node_config.hpp>

#include <functional>
#include <string>
#include <vector>

namespace zzz_jobs::node::detail {

/// A key of a section: how it is read into a NodeConfig and shown from it. `index` is
/// the entry's, where a section may be there several times.
struct Key {
  KeyFacts facts{};
  /// Gives the rule that the value breaks, and changes nothing then.
  std::function<Rule(const Value& value, NodeConfig& config, std::size_t index)> read{};
  /// Unset: there is nothing to show. Secrets as they are: the caller hides them.
  std::function<Value(const NodeConfig& config, std::size_t index)> show{};
};

struct Section {
  std::string name{};
  bool many = false;
  std::vector<Key> keys{};
  // Of sections that may be there several times:
  std::function<std::size_t(const NodeConfig&)> count{};
  std::function<void(NodeConfig&)> add{};
  /// What an entry is called in a key's path; empty: it has no name.
  std::function<std::string(const NodeConfig&, std::size_t)> name_of{};
};

/// All sections, in the order in which they are shown.
[[nodiscard]] const std::vector<Section>& sections();

[[nodiscard]] const Key* find_key(const Section& section, std::string_view name);

// Each in a file of its own.
[[nodiscard]] Section node_section();
[[nodiscard]] Section store_section();
[[nodiscard]] Section queue_section();
[[nodiscard]] Section worker_section();
[[nodiscard]] Section plugin_section();
[[nodiscard]] Section cron_section();
[[nodiscard]] Section cluster_section();
[[nodiscard]] Section http_section();
[[nodiscard]] Section control_section();
[[nodiscard]] Section log_section();
[[nodiscard]] Section retention_section();
[[nodiscard]] Section limits_section();

} // namespace zzz_jobs::node::detail
