#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string_view>

namespace digest_directory {

/// A statement of this program's own on the store's connection, for the length
/// of a transaction. What SQLite refuses is thrown as std::runtime_error.
class SqlStatement {
public:
  SqlStatement(sqlite3* connection, std::string_view sql);
  ~SqlStatement() { sqlite3_finalize(statement_); }
  SqlStatement(const SqlStatement&) = delete;
  SqlStatement& operator=(const SqlStatement&) = delete;

  /// Parameters count from 1; `bytes` must stay as they are until the end.
  SqlStatement& bind(int parameter, std::string_view bytes);
  /// True for a row, false at the end.
  bool step();

  /// Columns count from 0; the text lives until the next step. NULL is empty.
  [[nodiscard]] std::string_view text(int column);
  [[nodiscard]] std::int64_t number(int column);

private:
  void check(bool good) const;

  sqlite3* connection_;
  sqlite3_stmt* statement_ = nullptr;
};

} // namespace digest_directory
