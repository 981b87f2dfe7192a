#pragma once

#include <zzz_jobs/stores/detail/pg_error.hpp>
#include <zzz_jobs/stores/detail/pg_params.hpp>
#include <zzz_jobs/stores/detail/pg_rows.hpp>
#include <zzz_jobs/stores/detail/pg_statements.hpp>

#include <libpq-fe.h>

#include <bitset>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::detail::pg {

struct LinkOptions {
  std::string url{};
  std::string schema{};
  std::chrono::seconds connect_timeout{5};
  std::chrono::milliseconds answer_timeout{30'000};
  bool pooled = false;      ///< keeps no state in the session
  std::int64_t node_id = 0; ///< whose session lock it takes, unless pooled
};

/// A connection of libpq's in pipeline mode: libpqxx 6.4 can neither put several
/// parameterised statements into one round trip nor send binary arrays. Every
/// wait has a time limit. After a ConnectionError it is of no more use.
class Link {
public:
  /// @throws Error(unavailable), Error(not_allowed).
  Link(const LinkOptions& options, const Statements& statements);

  /// False if the server has ended the session meanwhile. Between turns: nothing is
  /// expected then, so anything that has come is a goodbye (or as rare as one).
  [[nodiscard]] bool is_alive() const;
  [[nodiscard]] int socket() const noexcept { return PQsocket(connection_.get()); }

  /// Statements are prepared at their first use.
  void send(Query query, Params& params);
  /// One without parameters that is never prepared (BEGIN, SAVEPOINT ...).
  void send(const char* sql);
  /// Makes the server answer what was sent so far.
  void request_answers();
  /// Ends the pipeline: outside BEGIN, commits.
  void sync();

  /// The answer to the next statement; first sends what is not on its way yet.
  /// @throws StatementError, ConnectionError.
  [[nodiscard]] Rows answer();
  /// The answer to `sync`. @throws StatementError if the commit failed.
  void synced();
  /// After a StatementError: skips what the server skips, up to the sync that is
  /// under way or, where there is none, one of its own.
  void recover();

private:
  struct Close {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  };
  struct Asked {
    Query query{};
    bool preparing = false;
    bool named = false; ///< one of the enumerators
  };

  void connect(const LinkOptions& options);
  void set_up_session(const LinkOptions& options);
  void execute(std::string_view sql, const std::string& value);
  void finish_alone();
  void check_done(const Rows& rows);
  void prepare(Query query);
  void check_sent(int good);
  [[nodiscard]] PGresult* result();
  void push();
  void wait_for_input();
  void wait_for_socket(short events);
  [[nodiscard]] std::string message() const;
  [[noreturn]] void fail(const PGresult* result, const Asked* asked);

  std::unique_ptr<PGconn, Close> connection_{};
  const Statements& statements_;
  std::chrono::milliseconds answer_timeout_;
  bool pooled_;
  std::bitset<query_count> prepared_{};
  std::vector<Asked> asked_{}; ///< unanswered, in order
  std::size_t answered_ = 0;   ///< of them
  int syncs_ = 0;              ///< under way
};

} // namespace zzz_jobs::detail::pg
