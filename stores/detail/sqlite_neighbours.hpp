#pragma once

#include <zzz_jobs/stores/detail/sqlite.hpp>

namespace zzz_jobs::detail::sqlite {

/// The other programs that use the file: notices what they commit, and leaves
/// them gaps in which their transactions can begin.
class Neighbours {
public:
  explicit Neighbours(Connection& connection) noexcept;

  /// Whether another connection has committed since the last question.
  [[nodiscard]] bool have_written();
  /// Called after each of our commits: where others were seen of late and we
  /// write without pause, a short one.
  void give_way();

private:
  using Clock = std::chrono::steady_clock;

  Connection& connection_;
  std::optional<std::int64_t> version_{};
  std::optional<Clock::time_point> seen_at_{};
  Clock::time_point writing_since_{};
  Clock::time_point last_commit_{};
  Statement data_version_;
};

} // namespace zzz_jobs::detail::sqlite
