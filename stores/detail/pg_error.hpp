#pragma once

#include <zzz_jobs/config/errc.hpp>

#include <string>
#include <string_view>

namespace zzz_jobs::detail::pg {

/// What a SQLSTATE asks of the caller.
[[nodiscard]] errc errc_of_sqlstate(std::string_view sqlstate) noexcept;

/// Whether the same transaction may well succeed when run again at once: a
/// deadlock, a serialisation failure.
[[nodiscard]] bool is_worth_repeating(std::string_view sqlstate) noexcept;

/// Whether another transaction had a lock for longer than `lock_timeout`.
[[nodiscard]] bool is_lock_timeout(std::string_view sqlstate) noexcept;

/// Whether the server says goodbye to the whole session. No SQLSTATE: no server
/// answered.
[[nodiscard]] bool ends_session(std::string_view sqlstate) noexcept;

/// A statement that the server refused; its transaction is void. Of code
/// `invalid_argument` where the values are at fault.
class StatementError : public Error {
public:
  StatementError(std::string_view sqlstate, const std::string& text)
    : Error(errc_of_sqlstate(sqlstate), text), sqlstate_(sqlstate) {}
  [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }

private:
  std::string sqlstate_;
};

/// The connection is lost, or was given up; nothing on it was committed.
class ConnectionError : public Error {
public:
  explicit ConnectionError(const std::string& text) : Error(errc::unavailable, text) {}
};

/// The connection was lost after the commit was asked for and before its answer.
class CommitInDoubt : public Error {
public:
  /// `is_answered`: all statements before it were.
  CommitInDoubt(const std::string& text, bool is_answered)
    : Error(errc::in_doubt, text), is_answered_(is_answered) {}
  [[nodiscard]] bool is_answered() const noexcept { return is_answered_; }

private:
  bool is_answered_;
};

/// The server's or libpq's message as one line.
[[nodiscard]] std::string one_line(std::string_view message);

} // namespace zzz_jobs::detail::pg
