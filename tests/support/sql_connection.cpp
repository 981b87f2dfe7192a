#include "support/sql_connection.hpp"

#include <stdexcept>

#include <libpq-fe.h>

namespace zzz_jobs::support {

namespace {

struct Clear {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

[[noreturn]] void fail(PGconn* connection, const std::string& doing) {
  throw std::runtime_error(doing + ": " + PQerrorMessage(connection));
}

Result execute(PGconn* connection, const std::string& sql) {
  Result result{PQexec(connection, sql.c_str())};
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    fail(connection, sql);
  return result;
}

std::string taken(char* text, PGconn* connection) {
  const std::unique_ptr<char, void (*)(void*)> quoted{text, PQfreemem};
  if (!quoted)
    fail(connection, "quoting");
  return quoted.get();
}

} // namespace

void SqlConnection::Finish::operator()(pg_conn* connection) const noexcept {
  PQfinish(connection);
}

SqlConnection::SqlConnection(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
  if (PQstatus(handle()) != CONNECTION_OK)
    fail(handle(), "connecting");
  PQsetNoticeProcessor(
    handle(), [](void*, const char*) {}, nullptr); // "already exists, skipping"
}

void SqlConnection::run(const std::string& sql) {
  (void)execute(handle(), sql);
}

std::vector<std::vector<std::string>> SqlConnection::rows(const std::string& sql) {
  const auto result = execute(handle(), sql);
  std::vector<std::vector<std::string>> all;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    auto& fields = all.emplace_back();
    for (int field = 0; field < PQnfields(result.get()); ++field)
      fields.emplace_back(
        PQgetisnull(result.get(), row, field) != 0 ? "NULL" : PQgetvalue(result.get(), row, field));
  }
  return all;
}

std::string SqlConnection::value(const std::string& sql) {
  const auto found = rows(sql);
  if (found.size() != 1 || found[0].size() != 1)
    throw std::runtime_error("not one value: " + sql);
  return found[0][0];
}

std::string SqlConnection::identifier(std::string_view name) const {
  return taken(PQescapeIdentifier(handle(), name.data(), name.size()), handle());
}

std::string SqlConnection::literal(std::string_view text) const {
  return taken(PQescapeLiteral(handle(), text.data(), text.size()), handle());
}

int SqlConnection::backend() const {
  return PQbackendPID(handle());
}

} // namespace zzz_jobs::support
