// Variables and flags on top of the file.

#include <zzz_jobs/config/node/detail/entries.hpp>
#include <zzz_jobs/config/node/detail/nearest.hpp>

#include <algorithm>
#include <optional>

namespace zzz_jobs::node::detail {
namespace {

constexpr std::string_view prefix = "ZZZ_JOBS_";
/// For the program itself, not for a key.
constexpr std::string_view file_variable = "ZZZ_JOBS_CONFIG";

/// "thumb-nail" as THUMB_NAIL.
std::string capitals(std::string_view name) {
  std::string text;
  for (const char byte : name) {
    const bool lower = byte >= 'a' && byte <= 'z';
    const bool kept = (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
    text += lower ? static_cast<char>(byte - 'a' + 'A') : kept ? byte : '_';
  }
  return text;
}

std::string lower_case(std::string_view name) {
  std::string text{name};
  for (auto& byte : text)
    if (byte >= 'A' && byte <= 'Z')
      byte = static_cast<char>(byte - 'A' + 'a');
  return text;
}

/// What a variable or flag calls an entry: its name, or its place from 1.
std::string label_of(const SectionEntries& found, std::size_t index) {
  if (const auto& label = found.entries[index].label; !label.empty())
    return label;
  const auto name = found.section->name_of ? found.entries[index].name() : std::string{};
  return name.empty() ? std::to_string(index + 1) : name;
}

/// The entry of this name; a new one where the file has none of its kind.
Entry* entry_named(SectionEntries& found, const std::string& label, const Origin& origin) {
  for (std::size_t index = 0; index < found.entries.size(); ++index)
    if (label_of(found, index) == label)
      return &found.entries[index];
  if (found.given)
    return nullptr;
  auto& entry = found.entries.emplace_back(Entry{.origin = origin, .label = label});
  if (found.section->name_of)
    entry.set("name", {.data = label, .origin = origin});
  return &entry;
}

struct Target {
  std::size_t section = 0;
  std::size_t entry = 0;
  std::string key{};
};

/// Every key that a variable can set, by the variable's name.
std::multimap<std::string, Target> variables_of(const std::vector<SectionEntries>& sections) {
  std::multimap<std::string, Target> variables;
  for (std::size_t at = 0; at < sections.size(); ++at) {
    const auto& found = sections[at];
    for (std::size_t index = 0; index < found.entries.size(); ++index)
      for (const auto& key : found.section->keys) {
        const auto label =
          found.section->many ? "_" + capitals(label_of(found, index)) : std::string{};
        variables.emplace(std::string{prefix} + capitals(found.section->name) + label + "_"
                            + capitals(key.facts.name),
                          Target{at, index, key.facts.name});
      }
  }
  const auto is_store = [](const SectionEntries& found) { return found.section->name == "store"; };
  const auto store = std::ranges::find_if(sections, is_store);
  variables.emplace(std::string{prefix} + "STORE", // as in a file, short for its url
                    Target{static_cast<std::size_t>(store - sections.begin()), 0, "url"});
  return variables;
}

/// Makes the entry that ZZZ_JOBS_QUEUE_MAIL_CONCURRENCY names, if the file has none of
/// its kind; of several keys that may end the name the longest is meant.
bool make_entry(const std::string& variable, SectionEntries& found, const Value& value) {
  const auto begin = std::string{prefix} + capitals(found.section->name) + "_";
  if (!found.section->many || found.given || !variable.starts_with(begin))
    return false;
  const Key* meant = nullptr;
  for (const auto& key : found.section->keys) {
    const auto end = "_" + capitals(key.facts.name);
    if (variable.ends_with(end) && variable.size() > begin.size() + end.size()
        && (meant == nullptr || key.facts.name.size() > meant->facts.name.size()))
      meant = &key;
  }
  if (meant == nullptr)
    return false;
  const auto label =
    variable.substr(begin.size(), variable.size() - begin.size() - meant->facts.name.size() - 1);
  auto* entry = entry_named(found, lower_case(label), value.origin);
  entry->set(meant->facts.name, value);
  return true;
}

/// Others may use the prefix too (a service's address in Kubernetes), so what is not
/// known only makes a warning, and only where a key seems to be meant.
void warn_of_unknown(const std::string& variable, const std::multimap<std::string, Target>& known,
                     const std::vector<SectionEntries>& sections,
                     std::vector<ConfigProblem>& problems) {
  const bool of_section = std::ranges::any_of(sections, [&](const SectionEntries& found) {
    return variable.starts_with(std::string{prefix} + capitals(found.section->name) + "_");
  });
  std::vector<std::string> names;
  for (const auto& entry : known)
    names.push_back(entry.first);
  auto nearest = nearest_name(variable, names);
  if (!nearest.empty() && edit_distance(variable, nearest) > 3)
    nearest.clear();
  if (of_section || !nearest.empty())
    problems.push_back({.origin = {.source = Origin::Source::environment, .name = variable},
                        .rule = "sets no key of this configuration",
                        .nearest = nearest,
                        .warning = true});
}

void apply_variable(const Value& value, const std::multimap<std::string, Target>& known,
                    std::vector<SectionEntries>& sections, std::vector<ConfigProblem>& problems) {
  const auto& variable = value.origin.name;
  const auto same = known.equal_range(variable);
  if (same.first == same.second) {
    const bool made = std::ranges::any_of(
      sections, [&](SectionEntries& found) { return make_entry(variable, found, value); });
    if (!made)
      warn_of_unknown(variable, known, sections, problems);
  } else if (std::next(same.first) != same.second) {
    problems.push_back({.origin = value.origin,
                        .rule = "stands for more than one key: entries' names differ only in "
                                "what a variable cannot show; use a flag"});
  } else {
    const auto& target = same.first->second;
    sections[target.section].entries[target.entry].set(target.key, value);
  }
}

std::vector<std::string> flag_sections() {
  std::vector<std::string> names;
  for (const auto& section : sections())
    names.push_back(section.name);
  return names;
}

/// "queue.mail.eu.concurrency" -> queue, mail.eu, concurrency.
struct FlagPath {
  std::string section{};
  std::string label{};
  std::string key{};
};

std::optional<FlagPath> path_of(const std::string& text) {
  if (text == "store") // as in a file, short for its url
    return FlagPath{.section = "store", .key = "url"};
  const auto first = text.find('.');
  const auto last = text.rfind('.');
  if (first == std::string::npos || first == 0 || last + 1 == text.size())
    return {};
  FlagPath path{.section = text.substr(0, first), .key = text.substr(last + 1)};
  if (last > first)
    path.label = text.substr(first + 1, last - first - 1);
  return path;
}

std::vector<std::string> labels_of(const SectionEntries& found) {
  std::vector<std::string> labels;
  for (std::size_t index = 0; index < found.entries.size(); ++index)
    labels.push_back(label_of(found, index));
  return labels;
}

/// The entry that a flag means, or the rule that it breaks.
Entry* entry_of(const FlagPath& path, SectionEntries& found, ConfigProblem& problem) {
  const auto& name = found.section->name;
  if (!found.section->many) {
    if (path.label.empty())
      return &found.entries.front();
    problem.rule = "[" + name + "] is there once: write " + name + "." + path.key;
    return nullptr;
  }
  if (path.label.empty()) {
    problem.rule = "does not say which: write " + name + ".NAME." + path.key;
    return nullptr;
  }
  auto* entry = entry_named(found, path.label, problem.origin);
  if (entry == nullptr) {
    problem.rule = "there is no [[" + name + "]] \"" + path.label + "\"";
    problem.nearest = nearest_name(path.label, labels_of(found));
  }
  return entry;
}

void apply_flag(const std::string& flag, std::vector<SectionEntries>& sections,
                std::vector<ConfigProblem>& problems) {
  const auto equals = flag.find('=');
  // Without an equals sign where the key ends is a guess, and what follows perhaps a secret.
  const auto key = equals == std::string::npos ? flag.substr(0, flag.find_first_of(" :,;@/"))
                                               : flag.substr(0, equals);
  ConfigProblem problem{.origin = {.source = Origin::Source::flag, .name = key}, .key = key};
  const auto path = equals == std::string::npos ? std::nullopt : path_of(key);
  if (!path) {
    problem.rule = "must be written SECTION.KEY=VALUE";
    problems.push_back(problem);
    return;
  }
  const auto found = std::ranges::find(
    sections, path->section, [](const SectionEntries& entries) { return entries.section->name; });
  if (found == sections.end()) {
    problem.rule = "there is no section \"" + path->section + "\"";
    problem.nearest = nearest_name(path->section, flag_sections());
    problems.push_back(problem);
  } else if (auto* entry = entry_of(*path, *found, problem); entry == nullptr) {
    problems.push_back(problem);
  } else if (equals + 1 == flag.size() && find_key(*found->section, path->key) != nullptr) {
    entry->unset(path->key);
  } else {
    entry->set(path->key,
               {.data = flag.substr(equals + 1), .origin = problem.origin, .loose = true});
  }
}

} // namespace

void apply_environment(const std::map<std::string, std::string>& environment,
                       std::vector<SectionEntries>& sections,
                       std::vector<ConfigProblem>& problems) {
  const auto known = variables_of(sections);
  for (const auto& [variable, text] : environment)
    if (variable.starts_with(prefix) && variable != file_variable && !text.empty())
      apply_variable({.data = text,
                      .origin = {.source = Origin::Source::environment, .name = variable},
                      .loose = true},
                     known, sections, problems);
}

void apply_flags(const std::vector<std::string>& flags, std::vector<SectionEntries>& sections,
                 std::vector<ConfigProblem>& problems) {
  for (const auto& flag : flags)
    apply_flag(flag, sections, problems);
}

} // namespace zzz_jobs::node::detail
