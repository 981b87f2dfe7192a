#pragma once

#include <libpq-fe.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::bench {

/// Values in PostgreSQL's binary format; text is in it as it is.
[[nodiscard]] std::string binary(std::int32_t value);
[[nodiscard]] std::string binary(std::int64_t value);

/// The beginning of a one-dimensional array, to which its elements are added.
[[nodiscard]] std::string binary_array(Oid element_type, std::size_t count);
void add_element(std::string& array, std::int32_t value);
void add_element(std::string& array, std::int64_t value);
void add_element(std::string& array, std::string_view value);

namespace oid {
inline constexpr Oid int4 = 23;
inline constexpr Oid int4s = 1007;
inline constexpr Oid int8 = 20;
inline constexpr Oid int8s = 1016;
inline constexpr Oid text = 25;
inline constexpr Oid texts = 1009;
} // namespace oid

/// What a statement answered, in binary format.
class PgAnswer {
public:
  explicit PgAnswer(PGresult* result) : result_(result) {}

  [[nodiscard]] PGresult* get() const { return result_.get(); }
  [[nodiscard]] int rows() const { return PQntuples(result_.get()); }
  /// How many rows an INSERT, UPDATE or DELETE touched.
  [[nodiscard]] std::size_t touched() const;
  [[nodiscard]] std::int32_t int4(int row, int column) const;
  [[nodiscard]] std::int64_t int8(int row, int column) const;
  [[nodiscard]] std::string text(int row, int column) const;

private:
  struct Clear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
  };
  std::unique_ptr<PGresult, Clear> result_;
};

/// A connection with nothing between it and libpq. It throws std::runtime_error
/// when anything goes wrong.
class PgWire {
public:
  /// To the server that is measured, whose tables are found in `schema`.
  explicit PgWire(const std::string& schema);

  void execute(const std::string& sql);
  /// The first column of the first row, in text; empty where there is none.
  [[nodiscard]] std::string value(const std::string& sql);
  [[nodiscard]] std::int64_t number(const std::string& sql);

  void prepare(const char* name, const char* sql, const std::vector<Oid>& types);
  /// One prepared statement in a transaction of its own; waits for its answer.
  PgAnswer run(const char* name, const std::vector<std::string>& values);

  // Afterwards only these: several statements in one transaction, sent at once.
  void enter_pipeline();
  void send(const char* name, const std::vector<std::string>& values);
  /// Ends the transaction; its statements' answers come first, then its own.
  void sync();
  [[nodiscard]] PgAnswer next();

private:
  struct Finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  };
  [[nodiscard]] PgAnswer checked(PGresult* result) const;
  [[noreturn]] void fail() const;

  std::unique_ptr<PGconn, Finish> connection_;
};

} // namespace zzz_jobs::bench
