#include <zzz_jobs/config/node/detail/value.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace zzz_jobs::node::detail {
namespace {

using Json = nlohmann::ordered_json;

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>; // clang 14 finds none by itself

Json to_json(const Value& value) {
  return std::visit(Overloaded{[](std::monostate) { return Json{}; },
                               [](const List& list) {
                                 auto array = Json::array();
                                 for (const auto& item : list)
                                   array.push_back(to_json(item));
                                 return array;
                               },
                               [](const Table& table) {
                                 auto object = Json::object();
                                 for (const auto& [name, item] : table)
                                   object[name] = to_json(item);
                                 return object;
                               },
                               [](const auto& plain) { return Json(plain); }},
                    value.data);
}

/// JSON's escapes are TOML's, but for DEL, which TOML wants escaped too.
std::string quoted(const std::string& text) {
  auto written = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  for (auto at = written.find('\x7F'); at != std::string::npos; at = written.find('\x7F', at))
    written.replace(at, 1, "\\u007f");
  return written;
}

bool is_bare(const std::string& key) {
  return !key.empty() && std::ranges::all_of(key, [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
      || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
  });
}

std::string list_text(const List& list) {
  std::string text;
  for (const auto& item : list)
    text += (text.empty() ? "" : ", ") + toml_of(item);
  return "[" + text + "]";
}

std::string table_text(const Table& table) {
  std::string text;
  for (const auto& [name, item] : table)
    text +=
      (text.empty() ? " " : ", ") + (is_bare(name) ? name : quoted(name)) + " = " + toml_of(item);
  return text.empty() ? "{}" : "{" + text + " }";
}

} // namespace

std::string kind_of(const Value& value) {
  constexpr const char* names[] = {
    "nothing",       "a text", "a number", "a number with a fraction",
    "true or false", "a list", "a table"};
  return names[value.data.index()];
}

std::string json_of(const Value& value) {
  return to_json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool has_json(const Value& value) {
  if (const auto* list = value.get<List>())
    return std::ranges::all_of(*list, has_json);
  if (const auto* table = value.get<Table>())
    return std::ranges::all_of(*table, [](const auto& entry) { return has_json(entry.second); });
  const auto* number = value.get<double>();
  return number == nullptr || std::isfinite(*number);
}

std::string toml_of(const Value& value) {
  if (const auto* text = value.get<std::string>())
    return quoted(*text);
  if (const auto* list = value.get<List>())
    return list_text(*list);
  if (const auto* table = value.get<Table>())
    return table_text(*table);
  return json_of(value);
}

} // namespace zzz_jobs::node::detail
