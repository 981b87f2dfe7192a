#include <zzz_jobs/config/node/detail/toml_file.hpp>

#include <zzz_jobs/config/node/detail/text_file.hpp>

#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <sstream>

namespace zzz_jobs::node::detail {
namespace {

constexpr std::size_t file_bytes_max = 4 * 1024 * 1024;

Value value_of(const toml::node& node, const Origin& origin);

Table table_of(const toml::table& table, const Origin& origin) {
  std::vector<std::pair<std::string, const toml::node*>> items;
  for (const auto& [key, node] : table)
    items.emplace_back(std::string{key.str()}, &node);
  std::ranges::stable_sort(items, [](const auto& left, const auto& right) { // keys were sorted
    return left.second->source().begin < right.second->source().begin;
  });
  Table found;
  for (const auto& [key, node] : items)
    found.emplace_back(key, value_of(*node, origin));
  return found;
}

List list_of(const toml::array& array, const Origin& origin) {
  List list;
  for (const auto& item : array)
    list.push_back(value_of(item, origin));
  return list;
}

template <class T>
std::string written(const T& time) {
  std::ostringstream text;
  text << time;
  return text.str();
}

Value value_of(const toml::node& node, const Origin& origin) {
  Value value;
  value.origin = origin;
  if (origin.source == Origin::Source::file)
    value.origin.line = static_cast<int>(node.source().begin.line);
  node.visit([&](const auto& typed) {
    using Type = std::decay_t<decltype(typed)>;
    if constexpr (toml::is_table<Type>)
      value.data = table_of(typed, origin);
    else if constexpr (toml::is_array<Type>)
      value.data = list_of(typed, origin);
    else if constexpr (toml::is_date<Type> || toml::is_time<Type> || toml::is_date_time<Type>)
      value.data = written(typed.get());
    else
      value.data = typed.get();
  });
  return value;
}

/// Whether this is a bracket, or another sign, in quotes: the parser's own words.
bool is_sign(std::string_view quoted) {
  return quoted.size() >= 3 && quoted[2] == '\''
    && std::ispunct(static_cast<unsigned char>(quoted[1])) != 0;
}

/// The parser's words up to where they repeat the file's, which may be a secret's.
std::string rule_of(const toml::parse_error& error) {
  std::string text{error.description()};
  for (const auto* echo : {", saw", " \""})
    if (const auto at = text.find(echo); at != std::string::npos)
      text.resize(at);
  for (auto at = text.find(" '"); at != std::string::npos; at = text.find(" '", at + 1))
    if (!is_sign(std::string_view{text}.substr(at + 1)))
      text.resize(at);
  return "is no TOML: " + text;
}

} // namespace

std::optional<Table> read_toml_file(const std::filesystem::path& file,
                                    std::vector<ConfigProblem>& problems) {
  Origin origin{.source = Origin::Source::file, .name = file.string()};
  std::string why;
  const auto text = read_text_file(file, file_bytes_max, why);
  if (!text) {
    problems.push_back({.origin = origin, .rule = why});
    return {};
  }
  try {
    return table_of(toml::parse(*text), origin);
  } catch (const toml::parse_error& error) {
    origin.line = static_cast<int>(error.source().begin.line);
    problems.push_back({.origin = origin, .rule = rule_of(error)});
    return {};
  }
}

std::optional<Value> parse_toml_value(std::string_view text, const Origin& origin) {
  try {
    const auto root = toml::parse("value = " + std::string{text});
    if (root.size() != 1 || !root.contains("value"))
      return {};
    return value_of(*root.get("value"), origin);
  } catch (const toml::parse_error&) {
    return {};
  }
}

} // namespace zzz_jobs::node::detail
