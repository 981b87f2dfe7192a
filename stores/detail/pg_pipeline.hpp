#pragma once

#include <zzz_jobs/stores/detail/pg_link.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>

namespace zzz_jobs::detail::pg {

/// One transaction on a link: statements go out without waiting, and each brings
/// what shall be done with its answer.
///
/// Without `begin` the transaction is implicit, from the first statement to
/// `commit`. Before that nothing of it can be committed; if the connection breaks
/// from then on, it may be.
class Pipeline {
public:
  using Read = std::function<void(const Rows& rows)>;

  Pipeline(Link& link, std::int64_t answer_ms, bool pooled);

  void send(Query query, Params params, Read read = {});
  /// Waits for all answers so far.
  void settle();
  /// Lets the answers so far come while what follows is worked on.
  void hurry();
  /// When the answer before the one being read came; at first: when this was made.
  [[nodiscard]] std::chrono::steady_clock::time_point last_answer() const noexcept {
    return last_answer_;
  }
  /// What fails is rolled back. @throws StatementError, CommitInDoubt.
  void commit();
  /// Its first half: all statements are answered, and the commit is under way. Then
  /// nothing but the second may follow. @throws CommitInDoubt.
  void ask_to_commit();
  /// Waits for it. @throws CommitInDoubt.
  void committed();

  /// For parts that may fail alone: between `begin` and `commit` a part that
  /// throws StatementError takes nothing else with it. A pooled session's is begun
  /// from the start.
  void begin();
  void try_part(const std::function<void()>& part);
  /// Gives up a transaction that `begin` opened, if it did; after a StatementError.
  void roll_back();

private:
  void send(const char* sql);
  void read_answers();
  void read_commit();

  Link& link_;
  std::deque<Read> reads_{};
  bool explicit_ = false;
  std::chrono::steady_clock::time_point last_answer_ = std::chrono::steady_clock::now();
};

} // namespace zzz_jobs::detail::pg
