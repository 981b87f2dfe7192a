#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace zzz_jobs::detail::pg {

/// The statements of a turn, each from the file of its name in
/// stores/sql/postgres.
enum class Query : std::uint8_t {
  pooled_settings,
  promote_due,
  next_due,
  short_lock_timeout,
  lockable_executions,
  open_executions,
  set_progress,
  executions,
  complete_jobs,
  complete_with_results,
  delete_completed_jobs,
  end_jobs,
  hand_back_jobs,
  insert_jobs,
  insert_same_jobs,
  insert_keyed_jobs,
  insert_started_jobs,
  holders,
  cancel_holders,
  fire_tick,
  claim_jobs,
  claim_jobs_from_marks,
  probe,
  mark_turn,
  hold_node,
  give_up_turn,
  was_given_up,
  forget_turns,
  written_by_turn,
  release_unanswered,
  renew_lease_late,
  give_up_nodes,
};
inline constexpr std::size_t query_count = 32;

/// The statements' texts for the tables of one schema.
class Statements {
public:
  explicit Statements(const std::string& schema);
  [[nodiscard]] const std::string& text(Query query) const noexcept {
    return texts_[static_cast<std::size_t>(query)];
  }
  /// What it is called as a prepared statement, and in errors.
  [[nodiscard]] static std::string_view name(Query query) noexcept;

private:
  std::array<std::string, query_count> texts_{};
};

} // namespace zzz_jobs::detail::pg
