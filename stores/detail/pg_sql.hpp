#pragma once

#include <string>
#include <string_view>

namespace zzz_jobs::detail::pg {

/// `name` as PostgreSQL quotes an identifier: `"my ""schema"""`.
[[nodiscard]] std::string quoted_identifier(std::string_view name);

/// `text` as PostgreSQL quotes a literal, whatever the session's settings.
[[nodiscard]] std::string quoted_literal(std::string_view text);

/// An SQL file's text for the tables of one schema: psql's variables `:"schema"`
/// and `:'schema'` become the quoted identifier and the quoted literal. This is
/// the only thing that is ever put into a statement's text.
/// @throws Error(invalid_argument | too_large) if no schema can have that name.
[[nodiscard]] std::string with_schema(std::string_view sql, std::string_view schema);

/// The same for a file that names a role too: `:"role"` and `:'role'`.
[[nodiscard]] std::string with_schema_and_role(std::string_view sql, std::string_view schema,
                                               std::string_view role);

/// What `with_schema` refuses, for those who want to know earlier.
void check_schema_name(std::string_view schema);

} // namespace zzz_jobs::detail::pg
