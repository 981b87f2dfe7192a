#pragma once

#include <zzz_jobs/config/node/origin.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace zzz_jobs::node::detail {

struct Value;
using List = std::vector<Value>;
using Table = std::vector<std::pair<std::string, Value>>; ///< in the order of the file

/// What a file, a variable or a flag says, before it is known to be right.
struct Value {
  std::variant<std::monostate, std::string, std::int64_t, double, bool, List, Table> data{};
  Origin origin{};
  /// A variable's or flag's text, which stands for a number or a list where one is
  /// wanted.
  bool loose = false;

  [[nodiscard]] bool is_set() const { return data.index() != 0; }
  template <class T>
  [[nodiscard]] const T* get() const {
    return std::get_if<T>(&data);
  }
  template <class T>
  [[nodiscard]] T* get() {
    return std::get_if<T>(&data);
  }
};

/// "a text", "a number", ...: what it is, in a complaint.
[[nodiscard]] std::string kind_of(const Value& value);

/// As one line of JSON, or none if it holds a number that JSON has not.
[[nodiscard]] std::string json_of(const Value& value);
[[nodiscard]] bool has_json(const Value& value);

/// As one line of TOML.
[[nodiscard]] std::string toml_of(const Value& value);

} // namespace zzz_jobs::node::detail
