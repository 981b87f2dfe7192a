#include "examples/digest_directory/sql_statement.hpp"

#include <stdexcept>
#include <string>

namespace digest_directory {

SqlStatement::SqlStatement(sqlite3* connection, std::string_view sql) : connection_(connection) {
  check(
    sqlite3_prepare_v2(connection, sql.data(), static_cast<int>(sql.size()), &statement_, nullptr)
    == SQLITE_OK);
}

SqlStatement& SqlStatement::bind(int parameter, std::string_view bytes) {
  // Paths may be no text, so all of them are kept as bytes.
  check(sqlite3_bind_blob64(statement_, parameter, bytes.data(), bytes.size(), SQLITE_STATIC)
        == SQLITE_OK);
  return *this;
}

bool SqlStatement::step() {
  const int code = sqlite3_step(statement_);
  check(code == SQLITE_ROW || code == SQLITE_DONE);
  return code == SQLITE_ROW;
}

std::string_view SqlStatement::text(int column) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string_view{} : std::string_view{bytes, size};
}

std::int64_t SqlStatement::number(int column) {
  return sqlite3_column_int64(statement_, column);
}

void SqlStatement::check(bool good) const {
  if (!good)
    throw std::runtime_error(std::string{"digest_directory: "} + sqlite3_errmsg(connection_));
}

} // namespace digest_directory
