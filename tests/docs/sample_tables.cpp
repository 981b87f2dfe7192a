#include "docs/sample_tables.hpp"

#include "support/sql_connection.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace docs {
namespace {

/// What differs between the two databases is the type of the id.
std::string published_table(const std::string& id_type) {
  return "CREATE TABLE zzz_jobs (id " + id_type
    + ", state INTEGER NOT NULL DEFAULT 0,"
      " queue TEXT NOT NULL DEFAULT 'default', worker TEXT NOT NULL, args TEXT NOT NULL DEFAULT '',"
      " priority INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 0,"
      " max_attempts INTEGER NOT NULL DEFAULT 20, scheduled_at BIGINT NOT NULL DEFAULT 0,"
      " attempted_at BIGINT, completed_at BIGINT, inserted_at BIGINT NOT NULL DEFAULT 0,"
      " errors TEXT, unique_key TEXT);"
      "INSERT INTO zzz_jobs (queue, worker, unique_key)"
      " VALUES ('old', 'slow', 'k'), ('old', 'slow', 'k')";
}

} // namespace

void make_sqlite_table_to_take_over(const std::string& file) {
  sqlite3* connection = nullptr;
  sqlite3_open(file.c_str(), &connection);
  const int code =
    sqlite3_exec(connection, published_table("INTEGER PRIMARY KEY AUTOINCREMENT").c_str(), nullptr,
                 nullptr, nullptr);
  sqlite3_close(connection);
  if (code != SQLITE_OK)
    throw std::runtime_error(sqlite3_errstr(code));
}

void make_postgres_table_to_take_over(const std::string& url) {
  zzz_jobs::support::SqlConnection{url}.run(published_table("BIGSERIAL PRIMARY KEY"));
}

} // namespace docs
