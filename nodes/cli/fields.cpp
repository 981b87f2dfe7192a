#include <zzz_jobs/nodes/cli/fields.hpp>

#include <zzz_jobs/nodes/cli/style.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::cli {

namespace {

const nlohmann::json& at(const nlohmann::json& object, const char* key) {
  static const nlohmann::json nothing;
  if (!object.is_object())
    return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

} // namespace

std::string text_at(const nlohmann::json& object, const char* key) {
  const auto& field = at(object, key);
  return field.is_string() ? field.get<std::string>() : std::string{};
}

std::optional<std::int64_t> number_at(const nlohmann::json& object, const char* key) {
  const auto& field = at(object, key);
  if (!field.is_number_integer())
    return std::nullopt;
  return field.get<std::int64_t>();
}

bool flag_at(const nlohmann::json& object, const char* key) {
  const auto& field = at(object, key);
  return field.is_boolean() && field.get<bool>();
}

std::optional<UnixTime> time_at(const nlohmann::json& object, const char* key) {
  const auto seconds = number_at(object, key);
  if (!seconds || *seconds == 0)
    return std::nullopt;
  return UnixTime{std::chrono::seconds{*seconds}};
}

const nlohmann::json& list_at(const nlohmann::json& object, const char* key) {
  static const auto empty = nlohmann::json::array();
  const auto& field = at(object, key);
  return field.is_array() ? field : empty;
}

const nlohmann::json& object_at(const nlohmann::json& object, const char* key) {
  static const auto empty = nlohmann::json::object();
  const auto& field = at(object, key);
  return field.is_object() ? field : empty;
}

std::string shown_number(const nlohmann::json& object, const char* key) {
  const auto number = number_at(object, key);
  return number ? std::to_string(*number) : std::string{};
}

std::string shown_text(const nlohmann::json& object, const char* key) {
  return printable(text_at(object, key));
}

} // namespace zzz_jobs::node::cli
