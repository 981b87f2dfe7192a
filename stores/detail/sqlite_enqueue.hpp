#pragma once

#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/detail/sqlite.hpp>

namespace zzz_jobs::detail::sqlite {

/// When a job is inserted, and whether it starts by that.
struct Insertion {
  UnixTime now{};
  std::optional<std::int64_t> start_on{}; ///< the node that executes it if it is due
};

/// Inserts jobs, inside the transaction that is open on the connection.
class Enqueues {
public:
  explicit Enqueues(sqlite3* connection) noexcept;

  /// What concerns this job alone (a conflict, a refused value) is in the
  /// answer, and then it left no trace.
  [[nodiscard]] Enqueued add(const NewJob& job, const Insertion& how);
  [[nodiscard]] std::optional<UnixTime> last_tick(std::string_view entry);
  [[nodiscard]] UnixTime cron_since(std::string_view entry, UnixTime begin);
  void set_cron_paused(std::string_view entry, bool paused, UnixTime now);
  [[nodiscard]] bool is_cron_paused(std::string_view entry);

private:
  [[nodiscard]] Enqueued add_with_key(const NewJob& job, const Insertion& how);
  [[nodiscard]] Enqueued add_tick(const NewJob& job, const Insertion& how);
  [[nodiscard]] Enqueued replace(const NewJob& job, const Job& holder, const Insertion& how);
  [[nodiscard]] std::optional<Refusal> insert(const NewJob& job, Enqueued& done,
                                              const Insertion& how);
  [[nodiscard]] std::optional<Job> holder_of(const NewJob& job);

  sqlite3* connection_;
  Statement insert_;
  Statement insert_started_;
  Statement holder_;
  Statement cancel_;
  Statement raise_tick_;
  Statement last_tick_;
  Statement set_cron_paused_;
  Statement is_cron_paused_;
};

} // namespace zzz_jobs::detail::sqlite
