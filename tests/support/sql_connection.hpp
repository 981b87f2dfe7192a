#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;

namespace zzz_jobs::support {

/// A connection by which a test looks at the database, or does to it what others
/// do. It throws std::runtime_error with the database's text.
class SqlConnection {
public:
  explicit SqlConnection(const std::string& url);

  /// One or several statements.
  void run(const std::string& sql);
  /// The rows of a query; NULL is "NULL".
  std::vector<std::vector<std::string>> rows(const std::string& sql);
  /// The one value of a query.
  std::string value(const std::string& sql);

  [[nodiscard]] std::string identifier(std::string_view name) const; ///< quoted
  [[nodiscard]] std::string literal(std::string_view text) const;    ///< quoted
  [[nodiscard]] int backend() const;                                 ///< its process on the server

  /// For what this class does not offer.
  [[nodiscard]] pg_conn* handle() const noexcept { return connection_.get(); }

private:
  struct Finish {
    void operator()(pg_conn* connection) const noexcept;
  };
  std::unique_ptr<pg_conn, Finish> connection_;
};

} // namespace zzz_jobs::support
