#include <zzz_jobs/config/node/show.hpp>

#include <zzz_jobs/config/node/detail/entries.hpp>
#include <zzz_jobs/config/node/detail/store_kinds.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace zzz_jobs::node {
namespace {

using detail::Key;
using detail::Section;
using detail::Value;
using Json = nlohmann::ordered_json;

constexpr const char* hidden = "(set)";

/// A secret's text is hidden; of a table (variables) only the names are shown.
void hide(Value& value) {
  if (auto* text = value.get<std::string>())
    *text = hidden;
  if (auto* table = value.get<detail::Table>())
    for (auto& [name, item] : *table)
      item.data = std::string{hidden};
}

struct Shown {
  std::string key;
  Value value;
  std::string origin;
};

/// The values of one entry that say something.
std::vector<Shown> values_of(const LoadedConfig& loaded, const Section& section,
                             std::size_t index) {
  std::vector<Shown> all;
  for (const auto& key : section.keys) {
    const auto path = detail::key_path(section, loaded.config, index, key.facts.name);
    const auto origin = loaded.origins.find(path);
    const bool given = origin != loaded.origins.end();
    if (section.name == "store" && !given
        && !detail::applies(loaded.config.store.kind, key.facts.name))
      continue;
    auto value = key.show(loaded.config, index);
    if (!value.is_set())
      continue;
    if (key.facts.secret)
      hide(value);
    all.push_back({key.facts.name, std::move(value), text_of(given ? origin->second : Origin{})});
  }
  return all;
}

std::size_t count_of(const Section& section, const NodeConfig& config) {
  return section.many ? section.count(config) : 1;
}

std::string as_toml(const LoadedConfig& loaded, bool with_origin) {
  std::string text;
  for (const auto& section : detail::sections())
    for (std::size_t index = 0; index < count_of(section, loaded.config); ++index) {
      const auto values = values_of(loaded, section, index);
      if (values.empty())
        continue;
      text += (text.empty() ? "" : "\n")
        + (section.many ? "[[" + section.name + "]]" : "[" + section.name + "]") + "\n";
      for (const auto& [key, value, origin] : values) {
        auto line = key + " = " + detail::toml_of(value);
        constexpr std::size_t column = 40;
        if (with_origin)
          line += std::string(line.size() < column ? column - line.size() : 1, ' ') + "# " + origin;
        text += line + "\n";
      }
    }
  return text;
}

Json entry_json(const std::vector<Shown>& values, bool with_origin) {
  auto object = Json::object();
  for (const auto& [key, value, origin] : values) {
    auto shown = Json::parse(detail::json_of(value));
    object[key] =
      with_origin ? Json{{"value", std::move(shown)}, {"origin", origin}} : std::move(shown);
  }
  return object;
}

std::string as_json(const LoadedConfig& loaded, bool with_origin) {
  auto root = Json::object();
  for (const auto& section : detail::sections()) {
    auto entries = Json::array();
    for (std::size_t index = 0; index < count_of(section, loaded.config); ++index)
      entries.push_back(entry_json(values_of(loaded, section, index), with_origin));
    root[section.name] = section.many ? std::move(entries) : std::move(entries[0]);
  }
  return root.dump(2) + "\n";
}

} // namespace

std::string show_config(const LoadedConfig& loaded, const ShowOptions& options) {
  return options.json ? as_json(loaded, options.origin) : as_toml(loaded, options.origin);
}

} // namespace zzz_jobs::node
