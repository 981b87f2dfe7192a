// From entries to a NodeConfig.

#include <zzz_jobs/config/node/detail/entries.hpp>
#include <zzz_jobs/config/node/detail/nearest.hpp>

#include <algorithm>

namespace zzz_jobs::node::detail {
namespace {

std::vector<std::string> key_names(const Section& section) {
  std::vector<std::string> names;
  for (const auto& key : section.keys)
    names.push_back(key.facts.name);
  return names;
}

std::string header_of(const Section& section) {
  return section.many ? "[[" + section.name + "]]" : "[" + section.name + "]";
}

/// A key that is not of this section: a misspelt one, or one of another.
ConfigProblem unknown_key(const Section& section, const std::string& name, const Origin& origin,
                          const std::string& path) {
  ConfigProblem problem{.origin = origin,
                        .key = path + "." + name,
                        .rule = "is no key of " + header_of(section),
                        .nearest = nearest_name(name, key_names(section))};
  if (!problem.nearest.empty())
    return problem;
  for (const auto& other : sections())
    if (find_key(other, name) != nullptr) {
      problem.rule += "; " + header_of(other) + " has one of this name";
      break;
    }
  return problem;
}

class EntryReader {
public:
  EntryReader(NodeConfig& config, std::map<std::string, Origin>& origins,
              std::vector<ConfigProblem>& problems)
    : config_(config), origins_(origins), problems_(problems) {}

  void read(const Section& section, const Entry& entry, std::size_t index,
            const std::string& path) {
    for (const auto& [name, value] : entry.values) {
      const auto* key = find_key(section, name);
      if (key == nullptr) {
        problems_.push_back(unknown_key(section, name, value.origin, path));
      } else if (auto rule = key->read(value, config_, index); !rule.empty()) {
        problems_.push_back({.origin = value.origin, .key = path + "." + name, .rule = rule});
      } else {
        origins_[path + "." + name] = value.origin;
      }
    }
    for (const auto& key : section.keys)
      if (key.facts.required && entry.find(key.facts.name) == nullptr)
        problems_.push_back(
          {.origin = entry.origin, .key = path + "." + key.facts.name, .rule = "must be given"});
  }

private:
  NodeConfig& config_;
  std::map<std::string, Origin>& origins_;
  std::vector<ConfigProblem>& problems_;
};

/// Also one that another key overrides: its text is no less a secret.
void note_variable(const Entry& entry, const std::string& key, std::vector<std::string>& names) {
  for (const auto& [given, value] : entry.values)
    if (const auto* name = value.get<std::string>(); given == key && name != nullptr)
      names.push_back(*name);
}

} // namespace

void read_entries(std::vector<SectionEntries>& sections,
                  const std::map<std::string, std::string>& environment, NodeConfig& config,
                  std::map<std::string, Origin>& origins, std::vector<ConfigProblem>& problems) {
  // Limits first: other keys are held to them.
  std::stable_partition(sections.begin(), sections.end(), [](const SectionEntries& found) {
    return found.section->name == "limits";
  });
  EntryReader reader{config, origins, problems};
  std::vector<std::string> secret_variables;
  for (auto& found : sections)
    for (std::size_t index = 0; index < found.entries.size(); ++index) {
      const auto& section = *found.section;
      auto& entry = found.entries[index];
      const auto path = found.path_of(index);
      for (const auto* secret : {"url", "token"})
        if (find_key(section, std::string{secret} + "_file") != nullptr) {
          note_variable(entry, std::string{secret} + "_env", secret_variables);
          resolve_secret(entry.values, secret, path, environment, problems);
        }
      if (section.many)
        section.add(config);
      reader.read(section, entry, index, path);
    }
  for (auto& worker : config.workers)
    worker.withheld = secret_variables;
}

std::string key_path(const Section& section, const NodeConfig& config, std::size_t index,
                     const std::string& key) {
  auto path = section.name;
  if (section.many) {
    const auto name = section.name_of ? section.name_of(config, index) : std::string{};
    path += name.empty() ? "[" + std::to_string(index + 1) + "]" : "." + name;
  }
  return path + "." + key;
}

} // namespace zzz_jobs::node::detail
