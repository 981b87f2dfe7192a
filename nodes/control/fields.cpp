#include <zzz_jobs/nodes/control/fields.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <utility>

namespace zzz_jobs::node::control {
namespace {

std::string rule_of(Range range) {
  return "must be an integer from " + std::to_string(range.min) + " to "
    + std::to_string(range.max);
}

std::string list_of(const std::set<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

} // namespace

std::optional<std::int64_t> integer_from(std::string_view text) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc{} || stop != end)
    return std::nullopt;
  return number;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t shown_max = 60;
  const bool is_long = text.size() > shown_max;
  return '"' + std::string{text.substr(0, shown_max)} + (is_long ? "...\"" : "\"");
}

Fields::Fields(const ReadJson& object, std::string where)
  : object_(object), where_(std::move(where)) {
  if (!object.is_object())
    throw Error(errc::invalid_argument, where_ + "must be a JSON object");
}

void Fields::refuse(const std::string& key, const std::string& rule, const ReadJson& got) const {
  const auto shown = got.is_structured()
    ? std::string{got.type_name()}
    : got.dump(-1, ' ', false, ReadJson::error_handler_t::replace);
  throw Error(errc::invalid_argument,
              where_ + key + ": " + rule + ", got "
                + (got.is_string() ? in_quotes(got.get_ref<const std::string&>()) : shown));
}

const ReadJson* Fields::any(const std::string& key) {
  known_.insert(key);
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> Fields::text(const std::string& key) {
  const auto* value = any(key);
  if (value == nullptr)
    return std::nullopt;
  if (!value->is_string())
    refuse(key, "must be a string", *value);
  return value->get<std::string>();
}

std::optional<std::int64_t> Fields::integer(const std::string& key, Range range) {
  const auto* value = any(key);
  if (value == nullptr)
    return std::nullopt;
  // An unsigned number may be larger than any signed one.
  const bool fits = value->is_number_integer()
    && (!value->is_number_unsigned() || value->get<std::uint64_t>() <= INT64_MAX);
  if (!fits || value->get<std::int64_t>() < range.min || value->get<std::int64_t>() > range.max)
    refuse(key, rule_of(range), *value);
  return value->get<std::int64_t>();
}

std::optional<bool> Fields::boolean(const std::string& key) {
  const auto* value = any(key);
  if (value == nullptr)
    return std::nullopt;
  if (!value->is_boolean())
    refuse(key, "must be true or false", *value);
  return value->get<bool>();
}

void Fields::end() const {
  for (const auto& [key, value] : object_.items())
    if (!known_.contains(key))
      throw Error(errc::invalid_argument,
                  where_ + "no such key " + in_quotes(key) + "; there are " + list_of(known_));
}

std::optional<std::string> QueryFields::text(const std::string& key) {
  known_.insert(key);
  const auto found = query_.find(key);
  return found == query_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<std::int64_t> QueryFields::integer(const std::string& key, Range range) {
  const auto value = text(key);
  if (!value)
    return std::nullopt;
  const auto number = integer_from(*value);
  if (!number || *number < range.min || *number > range.max)
    throw Error(errc::invalid_argument, key + ": " + rule_of(range) + ", got " + in_quotes(*value));
  return number;
}

bool QueryFields::is_second(const std::string& key, std::string_view first,
                            std::string_view second) {
  const auto value = text(key).value_or(std::string{first});
  if (value != first && value != second)
    throw Error(errc::invalid_argument,
                key + ": must be " + std::string{first} + " or " + std::string{second} + ", got "
                  + in_quotes(value));
  return value == second;
}

void QueryFields::end() const {
  for (const auto& [key, value] : query_)
    if (!known_.contains(key))
      throw Error(errc::invalid_argument,
                  "no such query key " + in_quotes(key) + "; there are " + list_of(known_));
}

} // namespace zzz_jobs::node::control
