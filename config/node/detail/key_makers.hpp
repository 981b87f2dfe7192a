#pragma once

#include <zzz_jobs/config/node/detail/key.hpp>
#include <zzz_jobs/config/node/units.hpp>

#include <optional>
#include <ratio>
#include <type_traits>
#include <utility>

// Keys of each type of value. `get` gives the field of a (const) NodeConfig; it may be
// an optional.

/// The field of a section's entry: ZZZ_JOBS_AT(queues[index].concurrency).
#define ZZZ_JOBS_AT(field)                                                                         \
  [](auto& config, [[maybe_unused]] std::size_t index) -> auto& {                                  \
    return config.field;                                                                           \
  }

namespace zzz_jobs::node::detail {

template <class T>
struct Plain {
  using Type = T;
};
template <class T>
struct Plain<std::optional<T>> {
  using Type = T;
};
template <class Get>
using FieldOf =
  typename Plain<std::remove_cvref_t<std::invoke_result_t<Get, NodeConfig&, std::size_t>>>::Type;

/// Shows a field by `as_value`, if it is set.
template <class Get, class F>
auto shown(Get get, F as_value) {
  return [get, as_value](const NodeConfig& config, std::size_t index) -> Value {
    const auto& field = get(config, index);
    if constexpr (requires { field.has_value(); })
      return field ? Value{as_value(*field)} : Value{};
    else
      return Value{as_value(field)};
  };
}

template <class Get>
Key integer_key(std::string name, Get get, IntegerRange range) {
  using Field = FieldOf<Get>;
  return {.facts = {.name = std::move(name), .type = "number", .range = text_of(range)},
          .read =
            [get, range](const Value& value, NodeConfig& config, std::size_t index) {
              std::int64_t number = 0;
              auto rule = read_integer(value, range, number);
              if (rule.empty())
                get(config, index) = static_cast<Field>(number);
              return rule;
            },
          .show = shown(get, [](Field field) { return static_cast<std::int64_t>(field); })};
}

template <class Get>
Key size_key(std::string name, Get get, SizeRange range) {
  using Field = FieldOf<Get>;
  return {.facts = {.name = std::move(name), .type = "size", .range = text_of(range)},
          .read =
            [get, range](const Value& value, NodeConfig& config, std::size_t index) {
              std::uint64_t bytes = 0;
              auto rule = read_size(value, range, bytes);
              if (rule.empty())
                get(config, index) = static_cast<Field>(bytes);
              return rule;
            },
          .show = shown(get, [](Field field) { return size_text(field); })};
}

template <class Get>
Key duration_key(std::string name, Get get, DurationRange range) {
  using Field = FieldOf<Get>;
  constexpr bool in_seconds = std::is_same_v<typename Field::period, std::ratio<1>>;
  constexpr std::chrono::milliseconds unit{in_seconds ? 1000 : 1};
  return {
    .facts = {.name = std::move(name),
              .type = in_seconds ? "duration, s" : "duration, ms",
              .range = text_of(range)},
    .read =
      [get, range, unit](const Value& value, NodeConfig& config, std::size_t index) {
        std::chrono::milliseconds duration{0};
        auto rule = read_duration(value, range, unit, duration);
        if (rule.empty())
          get(config, index) = std::chrono::duration_cast<Field>(duration);
        return rule;
      },
    .show = shown(get, [](Field field) { return duration_text(field); }),
  };
}

template <class Get>
Key boolean_key(std::string name, Get get) {
  return {.facts = {.name = std::move(name), .type = "true or false"},
          .read =
            [get](const Value& value, NodeConfig& config, std::size_t index) {
              bool boolean = false;
              auto rule = read_boolean(value, boolean);
              if (rule.empty())
                get(config, index) = boolean;
              return rule;
            },
          .show = shown(get, [](bool field) { return field; })};
}

/// A text of at most `bytes_max`, 0: of a name. What `check` says of it counts too.
template <class Get>
Key text_key(std::string name, Get get, std::size_t bytes_max = 0,
             std::function<Rule(const std::string&)> check = {}) {
  return {.facts = {.name = std::move(name),
                    .type = "text",
                    .range = bytes_max == 0 ? "1 to name_bytes_max bytes"
                                            : "1 to " + grouped(bytes_max) + " bytes"},
          .read =
            [get, bytes_max, check](const Value& value, NodeConfig& config, std::size_t index) {
              std::string text;
              auto rule =
                read_text(value, bytes_max == 0 ? config.limits.name_bytes_max : bytes_max, text);
              if (rule.empty() && check)
                rule = check(text);
              if (rule.empty())
                get(config, index) = std::move(text);
              return rule;
            },
          .show = shown(get, [](const std::string& field) -> decltype(Value::data) {
            if (field.empty())
              return {};
            return field;
          })};
}

template <class Get>
Key path_key(std::string name, Get get) {
  return {.facts = {.name = std::move(name), .type = "path"},
          .read =
            [get](const Value& value, NodeConfig& config, std::size_t index) {
              std::filesystem::path path;
              auto rule = read_path(value, path);
              if (rule.empty())
                get(config, index) = std::move(path);
              return rule;
            },
          .show = shown(get, [](const std::filesystem::path& field) -> decltype(Value::data) {
            if (field.empty())
              return {};
            return field.string();
          })};
}

/// One of some words, each with the field's value for it.
template <class Get>
Key choice_key(std::string name, Get get,
               std::vector<std::pair<std::string, FieldOf<Get>>> choices) {
  std::vector<std::string> words;
  for (const auto& [word, meaning] : choices)
    words.push_back(word);
  return {.facts = {.name = std::move(name), .type = any_of(words)},
          .read =
            [get, choices, words](const Value& value, NodeConfig& config, std::size_t index) {
              const auto* text = value.get<std::string>();
              for (const auto& [word, meaning] : choices)
                if (text != nullptr && *text == word) {
                  get(config, index) = meaning;
                  return Rule{};
                }
              return "must be " + any_of(words) + got(value);
            },
          .show = shown(get, [choices](const FieldOf<Get>& field) -> decltype(Value::data) {
            for (const auto& [word, meaning] : choices)
              if (meaning == field)
                return word;
            return {};
          })};
}

/// With the default in words, where it is none that can be shown.
inline Key with_standard(Key key, std::string standard) {
  key.facts.standard = std::move(standard);
  return key;
}

inline Key required(Key key) {
  key.facts.required = true;
  return key;
}

inline Key secret(Key key) {
  key.facts.secret = true;
  return key;
}

} // namespace zzz_jobs::node::detail
