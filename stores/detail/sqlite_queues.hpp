#pragma once

#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/detail/sqlite.hpp>

#include <set>

namespace zzz_jobs::detail::sqlite {

/// Which queues are paused: a table, and a copy for the claims.
class Queues {
public:
  explicit Queues(sqlite3* connection) noexcept;

  void set_paused(std::string_view queue, bool paused);
  [[nodiscard]] bool is_paused(std::string_view queue);
  [[nodiscard]] std::vector<QueueSettings> settings();
  /// What is known may be wrong.
  void forget() noexcept { is_read_ = false; }

private:
  void read();

  std::set<std::string, std::less<>> paused_{};
  bool is_read_ = false;
  Statement set_;
  Statement settings_;
};

} // namespace zzz_jobs::detail::sqlite
