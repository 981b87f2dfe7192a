#include <zzz_jobs/config/node/load.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/config/node/detail/checks.hpp>
#include <zzz_jobs/config/node/detail/entries.hpp>
#include <zzz_jobs/config/node/detail/store_kinds.hpp>
#include <zzz_jobs/config/node/detail/toml_file.hpp>

#include <algorithm>
#include <tuple>

namespace zzz_jobs::node {
namespace {

using Source = Origin::Source;

/// In the file's order, then variables by name, flags, and what nobody set.
void sort_problems(std::vector<ConfigProblem>& problems) {
  const auto place = [](const ConfigProblem& problem) {
    const auto& origin = problem.origin;
    return std::tuple{origin.source == Source::standard ? 9 : static_cast<int>(origin.source),
                      origin.line,
                      origin.source == Source::environment ? origin.name : std::string{}};
  };
  std::ranges::stable_sort(
    problems, [&](const auto& left, const auto& right) { return place(left) < place(right); });
}

bool is_given(const std::vector<detail::SectionEntries>& sections, const std::string& name) {
  return std::ranges::any_of(sections, [&](const detail::SectionEntries& found) {
    return found.section->name == name && found.given;
  });
}

} // namespace

bool LoadedConfig::holds() const {
  return std::ranges::all_of(problems, &ConfigProblem::warning);
}

LoadedConfig load_node_config(const ConfigSources& sources) {
  LoadedConfig loaded;
  detail::Table root;
  if (sources.file) {
    loaded.config.file = *sources.file;
    auto read = detail::read_toml_file(*sources.file, loaded.problems);
    if (!read) // what it would have said is not known, so nothing else can be judged
      return loaded;
    root = std::move(*read);
  }
  auto sections = detail::entries_of(root, loaded.problems);
  const bool queues_given = is_given(sections, "queue");
  detail::apply_environment(sources.environment, sections, loaded.problems);
  detail::apply_flags(sources.flags, sections, loaded.problems);
  detail::read_entries(sections, sources.environment, loaded.config, loaded.origins,
                       loaded.problems);
  detail::complete(loaded, queues_given);
  detail::check(loaded);
  sort_problems(loaded.problems);
  return loaded;
}

void require_valid(const LoadedConfig& loaded) {
  if (loaded.holds())
    return;
  std::string text;
  for (const auto& problem : loaded.problems)
    if (!problem.warning)
      text += (text.empty() ? "" : "\n") + text_of(problem);
  throw Error{errc::invalid_argument, text};
}

std::vector<std::string> changed_keys(const NodeConfig& before, const NodeConfig& after) {
  const auto values_of = [](const NodeConfig& config) {
    std::map<std::string, std::string> values;
    for (const auto& section : detail::sections())
      for (std::size_t index = 0; index < (section.many ? section.count(config) : 1); ++index)
        for (const auto& key : section.keys)
          if (const auto value = key.show(config, index); value.is_set())
            values[detail::key_path(section, config, index, key.facts.name)] =
              detail::toml_of(value);
    return values;
  };
  const auto old = values_of(before);
  const auto now = values_of(after);
  std::vector<std::string> changed;
  for (const auto& [key, value] : old)
    if (const auto found = now.find(key); found == now.end() || found->second != value)
      changed.push_back(key);
  for (const auto& [key, value] : now)
    if (!old.contains(key))
      changed.push_back(key);
  std::ranges::sort(changed);
  return changed;
}

std::string store_name(StoreKind kind) {
  return detail::to_string(kind);
}

SupervisorConfig supervisor_config_of(const NodeConfig& config) {
  SupervisorConfig made;
  made.queues = config.queues;
  made.poll_interval = config.poll_interval;
  made.unknown_workers = config.unknown_workers;
  made.shutdown_timeout = config.shutdown_timeout;
  made.stop_grace = config.stop_grace;
  made.store_timeout = config.store_timeout;
  made.rescue_after = config.rescue_after;
  made.rescue_interval = config.rescue_interval;
  made.retention = config.retention;
  made.prune_interval = config.prune_interval;
  made.prefetch_max = config.prefetch_max;
  made.scheduler_threads = config.scheduler_threads;
  made.limits = config.limits;
  return made;
}

} // namespace zzz_jobs::node
