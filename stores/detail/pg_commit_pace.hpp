#pragma once

#include <chrono>
#include <cstdint>

namespace zzz_jobs::detail::pg {

/// Whether commits take so long that the next turn should not wait for them.
///
/// Where a turn ends after another one, its commit is often there already: such a
/// time says only that the commit took no longer. So now and then a turn is waited
/// for at once, and measured.
class CommitPace {
public:
  using Duration = std::chrono::steady_clock::duration;

  /// What came before it, until all statements were answered.
  void worked(Duration time) noexcept { work_ += (time - work_) / weight; }
  /// One was waited for from the moment it was asked for.
  void took(Duration time) noexcept { commit_ += (time - commit_) / weight; }
  /// One was there when it was looked for, so long after it was asked for.
  void took_at_most(Duration time) noexcept {
    if (time < commit_)
      took(time);
  }
  /// Whether the next commit is to be left to itself.
  [[nodiscard]] bool leaves_next() noexcept {
    return commit_ > slow && commit_ * share > work_ && ++left_ % measured_one_in != 0;
  }

private:
  /// A local disk's commit is a fifth of this, and hiding one of that length gains
  /// less than the second connection costs.
  static constexpr Duration slow = std::chrono::milliseconds{1};
  /// Of the work, at least one part in so many: where processors are busy commits wait
  /// for them too, and a further session would only make that longer.
  static constexpr int share = 3;
  static constexpr int weight = 8;
  static constexpr std::uint32_t measured_one_in = 32;

  Duration commit_{}; ///< on average
  Duration work_{};   ///< likewise
  std::uint32_t left_ = 0;
};

} // namespace zzz_jobs::detail::pg
