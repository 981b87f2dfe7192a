#pragma once

#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/detail/sqlite.hpp>

namespace zzz_jobs::detail::sqlite {

/// Interventions by hand. The caller has a transaction open.
class Changes {
public:
  explicit Changes(sqlite3* connection) noexcept;

  [[nodiscard]] Change change(ChangeKind kind, std::int64_t id, UnixTime now);

  /// The current execution of a job, and how many attempts it has used.
  struct Execution {
    Claim claim{};
    std::int32_t attempts_used = 0;
  };
  /// @throws Error(job_not_found), Error(not_allowed) naming the state.
  [[nodiscard]] Execution execution_of(std::int64_t id);

private:
  [[nodiscard]] Change retry(std::int64_t id, UnixTime now);
  [[nodiscard]] Change cancel(std::int64_t id, UnixTime now);
  [[nodiscard]] Change remove(std::int64_t id);
  [[nodiscard]] Change look_at(std::int64_t id);

  Statement job_;
  Statement retry_;
  Statement cancel_;
  Statement remove_;
};

} // namespace zzz_jobs::detail::sqlite
