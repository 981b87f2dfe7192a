#pragma once

#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/detail/sqlite.hpp>

namespace zzz_jobs::detail::sqlite {

/// Questions about the table. Rows in a state that no version knows are no jobs.
class Jobs {
public:
  explicit Jobs(sqlite3* connection) noexcept;

  [[nodiscard]] std::optional<Job> get(std::int64_t id);
  [[nodiscard]] std::vector<Job> list(const JobFilter& filter, const Page& page);
  [[nodiscard]] std::vector<QueueCount> counts();
  [[nodiscard]] std::int64_t count(std::string_view queue, JobState state);
  [[nodiscard]] std::vector<Claim> open_claims(std::string_view queue, std::int64_t node);

  struct Execution {
    Claim claim{};
    std::optional<std::int64_t> node{};
    UnixTime since{};
  };
  /// Executions in all queues, except those of `node`.
  [[nodiscard]] std::vector<Execution> executions_besides(std::int64_t node);

private:
  Statement get_;
  Statement oldest_first_;
  Statement newest_first_;
  Statement counts_;
  Statement count_;
  Statement open_claims_;
  Statement executions_;
};

} // namespace zzz_jobs::detail::sqlite
