#include <zzz_jobs/stores/detail/pg_sql.hpp>

#include <zzz_jobs/config/limits.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace zzz_jobs::detail::pg {
namespace {

/// PostgreSQL cuts longer names off in silence (NAMEDATALEN - 1).
constexpr std::size_t identifier_bytes_max = 63;

std::string doubled(std::string_view text, char quote) {
  std::string all;
  all.reserve(text.size() + 2);
  for (const char byte : text) {
    if (byte == quote)
      all += quote;
    all += byte;
  }
  return all;
}

struct Variable {
  std::string_view name;
  std::string_view value;
};

/// Takes `:"name"` or `:'name'` off the head of `sql` and answers with its value,
/// quoted in the same way; nothing if the head is something else.
std::optional<std::string> take_variable(std::string_view& sql, const Variable& variable) {
  for (const char quote : {'"', '\''}) {
    const auto token = std::string{':'} + quote + std::string{variable.name} + quote;
    if (sql.substr(0, token.size()) != token)
      continue;
    sql.remove_prefix(token.size());
    return quote == '"' ? quoted_identifier(variable.value) : quoted_literal(variable.value);
  }
  return std::nullopt;
}

std::optional<std::string> take_variable(std::string_view& sql,
                                         std::span<const Variable> variables) {
  for (const auto& variable : variables)
    if (auto value = take_variable(sql, variable))
      return value;
  return std::nullopt;
}

// In one pass: a value that looks like a variable is left alone.
std::string with_variables(std::string_view sql, std::span<const Variable> variables) {
  std::string all;
  while (!sql.empty()) {
    if (const auto value = take_variable(sql, variables)) {
      all += *value;
      continue;
    }
    const auto next = std::min(sql.find(':', 1), sql.size());
    all += sql.substr(0, next);
    sql.remove_prefix(next);
  }
  return all;
}

} // namespace

std::string quoted_identifier(std::string_view name) {
  return '"' + doubled(name, '"') + '"';
}

std::string quoted_literal(std::string_view text) {
  if (text.find('\\') == std::string_view::npos)
    return '\'' + doubled(text, '\'') + '\'';
  // The meaning of a backslash in '...' is a setting, in E'...' it is not.
  return " E'" + doubled(doubled(text, '\''), '\\') + '\'';
}

void check_schema_name(std::string_view schema) {
  check_name("schema", schema, identifier_bytes_max);
}

std::string with_schema(std::string_view sql, std::string_view schema) {
  check_schema_name(schema);
  return with_variables(sql, std::array{Variable{"schema", schema}});
}

std::string with_schema_and_role(std::string_view sql, std::string_view schema,
                                 std::string_view role) {
  check_schema_name(schema);
  check_name("role", role, identifier_bytes_max);
  return with_variables(sql, std::array{Variable{"schema", schema}, Variable{"role", role}});
}

} // namespace zzz_jobs::detail::pg
