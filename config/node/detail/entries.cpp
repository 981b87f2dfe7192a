#include <zzz_jobs/config/node/detail/entries.hpp>

#include <zzz_jobs/config/node/detail/nearest.hpp>

#include <algorithm>

namespace zzz_jobs::node::detail {
namespace {

std::vector<std::string> section_names() {
  std::vector<std::string> names;
  for (const auto& section : sections())
    names.push_back(section.name);
  return names;
}

/// `store = "zzz://..."` is short for a [store] with this url.
bool is_short_store(const std::string& name, const Value& value) {
  return name == "store" && (value.get<std::string>() != nullptr || value.get<List>() != nullptr);
}

Entry entry_of(const Table& table, const Origin& origin) {
  return {.values = table, .origin = origin};
}

void take_many(const std::string& name, const Value& value, SectionEntries& found,
               std::vector<ConfigProblem>& problems) {
  const auto* list = value.get<List>();
  const bool all_tables = list != nullptr
    && std::ranges::all_of(*list, [](const Value& item) { return item.get<Table>() != nullptr; });
  if (!all_tables) {
    problems.push_back({.origin = value.origin,
                        .key = name,
                        .rule = "may be there several times: write [[" + name + "]]"});
    return;
  }
  for (const auto& item : *list)
    found.entries.push_back(entry_of(*item.get<Table>(), item.origin));
}

void take_one(const std::string& name, const Value& value, SectionEntries& found,
              std::vector<ConfigProblem>& problems) {
  if (const auto* table = value.get<Table>())
    found.entries.front() = entry_of(*table, value.origin);
  else if (is_short_store(name, value))
    found.entries.front().set("url", value);
  else
    problems.push_back({.origin = value.origin,
                        .key = name,
                        .rule = "must be a table, there once: write [" + name + "]"});
}

} // namespace

const Value* Entry::find(std::string_view key) const {
  const auto found = std::ranges::find(
    values, key, [](const auto& entry) -> std::string_view { return entry.first; });
  return found == values.end() ? nullptr : &found->second;
}

void Entry::set(const std::string& key, Value value) {
  for (auto& [known, old] : values)
    if (known == key) {
      old = std::move(value);
      return;
    }
  values.emplace_back(key, std::move(value));
}

void Entry::unset(const std::string& key) {
  std::erase_if(values, [&](const auto& entry) { return entry.first == key; });
}

std::string Entry::name() const {
  const auto* value = find("name");
  const auto* text = value != nullptr ? value->get<std::string>() : nullptr;
  return text != nullptr ? *text : std::string{};
}

std::string SectionEntries::path_of(std::size_t index) const {
  if (!section->many)
    return section->name;
  const auto name = section->name_of ? entries[index].name() : std::string{};
  return section->name + (name.empty() ? "[" + std::to_string(index + 1) + "]" : "." + name);
}

std::vector<SectionEntries> entries_of(const Table& root, std::vector<ConfigProblem>& problems) {
  std::vector<SectionEntries> all;
  for (const auto& section : sections()) {
    auto& found = all.emplace_back(SectionEntries{.section = &section});
    if (!section.many)
      found.entries.emplace_back();
  }
  for (const auto& [name, value] : root) {
    const auto found = std::ranges::find(
      all, name, [](const SectionEntries& entries) { return entries.section->name; });
    if (found == all.end()) {
      problems.push_back({.origin = value.origin,
                          .key = name,
                          .rule = "is no section",
                          .nearest = nearest_name(name, section_names())});
      continue;
    }
    found->given = true;
    if (found->section->many)
      take_many(name, value, *found, problems);
    else
      take_one(name, value, *found, problems);
  }
  return all;
}

} // namespace zzz_jobs::node::detail
