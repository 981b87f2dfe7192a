#pragma once

#include <zzz_jobs/stores/detail/pg_link.hpp>

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
  /// `answered` is called when all answers are there, before the commit's.
  /// @throws CommitInDoubt.
  void commit(const std::function<void()>& answered = {});

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

  Link& link_;
  std::deque<Read> reads_{};
  bool explicit_ = false;
};

} // namespace zzz_jobs::detail::pg
