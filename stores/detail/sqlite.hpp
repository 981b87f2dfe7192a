#pragma once

#include <zzz_jobs/config/clock.hpp>
#include <zzz_jobs/config/errc.hpp>

#include <sqlite3.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace zzz_jobs::detail::sqlite {

/// What a SQLite result code (plain or extended) asks of the caller.
[[nodiscard]] errc errc_of(int code) noexcept;

/// The connection's last failure as an Error: the file, what was tried,
/// SQLite's text and, where there is one, the remedy.
[[nodiscard]] Error error_of(sqlite3* connection, int code, std::string_view doing);

class Statement;

/// The rows of one query; resets its statement at the end. Text is valid until
/// the next row.
class Rows {
public:
  explicit Rows(Statement& statement) noexcept : statement_(&statement) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows();

  [[nodiscard]] bool next();
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  /// Integers beyond 32 bits, which only a foreign program can have written,
  /// become the nearest one.
  [[nodiscard]] std::int32_t integer32(int column) const;
  /// The bytes of a text or blob; an integer's or real's digits; empty for null.
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::optional<std::string> optional_text(int column) const;
  [[nodiscard]] UnixTime time(int column) const;
  [[nodiscard]] std::optional<UnixTime> optional_time(int column) const;

private:
  Statement* statement_;
};

/// Why a statement did not take effect, where that concerns its values alone.
struct Refusal {
  int code = 0; ///< SQLite's extended result code
  errc failed{};
  std::string text{};
};

/// One prepared statement, prepared when first used and kept.
class Statement {
public:
  Statement(sqlite3* connection, std::string_view sql) noexcept
    : connection_(connection), sql_(sql) {}

  /// Runs to the end; how many rows were changed.
  template <class... Values>
  std::int64_t execute(const Values&... values) {
    bind_all(SQLITE_STATIC, values...);
    finish(step_once());
    return sqlite3_changes(connection_);
  }

  /// The same, but values that a constraint or a size limit refuses are an
  /// answer and no exception; then nothing was changed.
  template <class... Values>
  [[nodiscard]] std::optional<Refusal> try_execute(const Values&... values) {
    try {
      bind_all(SQLITE_STATIC, values...);
    } catch (const Error& error) {
      if (error.code() != errc::too_large)
        throw;
      return Refusal{SQLITE_TOOBIG, error.code(), error.what()};
    }
    return finish_or_refuse(step_once());
  }

  /// The rows, as they come. Values are copied.
  template <class... Values>
  [[nodiscard]] Rows query(const Values&... values) {
    bind_all(SQLITE_TRANSIENT, values...);
    return Rows{*this};
  }

private:
  friend class Rows;
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const noexcept { sqlite3_finalize(handle); }
  };
  using Lifetime = sqlite3_destructor_type;

  template <class... Values>
  void bind_all([[maybe_unused]] Lifetime lifetime, const Values&... values) {
    prepare();
    int index = 0;
    (bind(++index, values, lifetime), ...);
  }
  void bind(int index, std::nullptr_t, Lifetime);
  template <std::integral Integer>
  void bind(int index, Integer value, Lifetime) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  void bind(int index, UnixTime value, Lifetime);
  void bind(int index, std::string_view value, Lifetime lifetime);
  template <class Value>
  void bind(int index, const std::optional<Value>& value, Lifetime lifetime) {
    if (value)
      bind(index, *value, lifetime);
    else
      bind(index, nullptr, lifetime);
  }
  void bind_integer(int index, std::int64_t value);

  void prepare();
  void check(int code);
  int step_once() noexcept { return sqlite3_step(handle_.get()); }
  bool next_row();
  void finish(int code);
  std::optional<Refusal> finish_or_refuse(int code);
  void reset() noexcept { sqlite3_reset(handle_.get()); }

  sqlite3* connection_;
  std::string_view sql_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_{};
};

/// An open file. Not thread-safe: whoever owns it serialises the calls.
class Connection {
public:
  /// Opens, or creates, `path`. While another program writes, a call waits up
  /// to `busy_timeout`.
  Connection(const std::filesystem::path& path, std::chrono::milliseconds busy_timeout);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() = default;

  [[nodiscard]] sqlite3* get() const noexcept { return handle_.get(); }
  /// Runs statements that have neither parameters nor results; `doing` is what
  /// an error calls it.
  void execute(std::string_view sql, std::string_view doing = "setting up");
  /// Whether a call had to wait for another program since the last question.
  [[nodiscard]] bool has_waited() noexcept { return std::exchange(wait_->happened, false); }

private:
  friend class Transaction;
  struct Wait {
    std::chrono::milliseconds limit{};
    std::chrono::steady_clock::time_point since{};
    bool happened = false;
  };
  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  };
  static int wait_a_little(void* wait, int calls) noexcept;

  std::unique_ptr<Wait> wait_;
  std::unique_ptr<sqlite3, Close> handle_;
  Statement begin_;
  Statement commit_;
};

/// A write transaction from construction to commit(), rolled back otherwise.
class Transaction {
public:
  explicit Transaction(Connection& connection);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

private:
  Connection& connection_;
  bool open_ = true;
};

/// Part of a transaction that can be undone alone.
class Savepoint {
public:
  explicit Savepoint(sqlite3* connection);
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  ~Savepoint(); ///< undoes what keep() did not keep
  void keep();

private:
  sqlite3* connection_;
  bool open_ = true;
};

} // namespace zzz_jobs::detail::sqlite
