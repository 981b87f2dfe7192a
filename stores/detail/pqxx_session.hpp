#pragma once

#include <zzz_jobs/config/clock.hpp>
#include <zzz_jobs/stores/detail/pg_url.hpp>
#include <zzz_jobs/stores/detail/pg_watchdog.hpp>

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <pqxx/transaction>

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// libpqxx 6.4 and 7 behind one face: parameters are passed differently, and the
// older one reconnects by itself.

namespace zzz_jobs::detail::pg {

/// A statement's parameters as text; none: NULL.
using TextParams = std::vector<std::optional<std::string>>;

template <std::integral T>
[[nodiscard]] std::optional<std::string> text_param(T value) {
  if constexpr (std::is_same_v<T, bool>)
    return value ? "true" : "false";
  else
    return std::to_string(value);
}
[[nodiscard]] inline std::optional<std::string> text_param(std::string_view value) {
  return std::string{value};
}
[[nodiscard]] inline std::optional<std::string> text_param(UnixTime value) {
  return std::to_string(value.time_since_epoch().count());
}
template <class T>
[[nodiscard]] std::optional<std::string> text_param(const std::optional<T>& value) {
  return value ? text_param(*value) : std::nullopt;
}

/// Passes the exception that is being handled on: what libpqxx throws as an
/// Error (ConnectionError, StatementError, CommitInDoubt), all others as they are.
[[noreturn]] void rethrow_as_error();

/// `f()`, with libpqxx's exceptions as Errors.
template <class F>
decltype(auto) with_errors(F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (...) {
    rethrow_as_error();
  }
}

/// @throws Error.
pqxx::result run_with(pqxx::transaction_base& transaction, const std::string& sql,
                      const TextParams& params);

/// Runs one statement with the parameters $1, $2, ...; without parameters `sql`
/// may be several statements.
/// @throws Error.
template <class... Args>
pqxx::result run(pqxx::transaction_base& transaction, const std::string& sql, const Args&... args) {
  return run_with(transaction, sql, TextParams{text_param(args)...});
}

/// A connection through libpqxx. Once lost it stays lost: what a session held
/// (locks, subscriptions) would be missing from a new one without a word.
class PqxxSession {
public:
  /// `dog`: sets its limit to each call; it must outlive this.
  /// @throws Error(unavailable), Error(invalid_argument) for the url.
  explicit PqxxSession(const ConnectionWish& wish, Watchdog* dog = nullptr);
  ~PqxxSession();
  PqxxSession(PqxxSession&&) noexcept;
  PqxxSession& operator=(PqxxSession&&) noexcept;

  [[nodiscard]] pqxx::connection& connection() noexcept { return *connection_; }

  /// Runs `work(transaction)` in a transaction and commits it.
  /// @throws Error; of code in_doubt if the connection was lost in the commit.
  template <class F>
  auto in_transaction(F&& work) {
    return with_errors([&] {
      const auto guard = guarded();
      pqxx::work transaction{*connection_};
      if constexpr (std::is_void_v<std::invoke_result_t<F&, pqxx::work&>>) {
        work(transaction);
        transaction.commit();
      } else {
        auto answer = work(transaction);
        transaction.commit();
        return answer;
      }
    });
  }

  /// Runs one statement by itself.
  /// @throws Error.
  template <class... Args>
  pqxx::result run_alone(const std::string& sql, const Args&... args) {
    return with_errors([&] {
      const auto guard = guarded();
      pqxx::nontransaction transaction{*connection_};
      return run(transaction, sql, args...);
    });
  }

  /// From now on, `hear` calls `handler` with each payload of the channel.
  /// @throws Error.
  void listen(const std::string& channel, std::function<void(const std::string& payload)> handler);
  /// Takes what has arrived, without waiting. @throws Error.
  void hear();

private:
  [[nodiscard]] std::unique_ptr<Watchdog::Guard> guarded();

  class Listener;
  Watchdog* dog_ = nullptr;
  std::unique_ptr<pqxx::connection> connection_{};
  std::unique_ptr<Listener> listener_{};
};

} // namespace zzz_jobs::detail::pg
