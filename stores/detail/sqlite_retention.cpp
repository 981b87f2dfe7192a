#include <zzz_jobs/stores/detail/sqlite_retention.hpp>

#include <zzz_jobs/stores/sql/sqlite.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace zzz_jobs::detail::sqlite {
namespace {

constexpr int rows_in_a_piece = 10'000;
constexpr int rows_by_age_max = 100'000;

const Retention* retention_of(const PrunePolicy& policy, std::int64_t state) {
  switch (state) {
    case static_cast<int>(JobState::completed): return &policy.completed;
    case static_cast<int>(JobState::discarded): return &policy.discarded;
    case static_cast<int>(JobState::cancelled): return &policy.cancelled;
    default: return nullptr;
  }
}

bool is_too_old(const PrunePolicy& policy, std::int64_t state, UnixTime ended, UnixTime now) {
  const auto* retention = retention_of(policy, state);
  return retention != nullptr && retention->age
    && ended < now - std::max(*retention->age, std::chrono::seconds{0});
}

bool has_age(const PrunePolicy& policy) {
  return policy.completed.age || policy.discarded.age || policy.cancelled.age;
}

} // namespace

Retentions::Retentions(sqlite3* connection) noexcept
  : ended_after_(connection, sql::sqlite::ended_after),
    ended_in_state_(connection, sql::sqlite::ended_in_state),
    count_(connection, sql::sqlite::count_in_state),
    delete_(connection, sql::sqlite::delete_final) {}

Retentions::Piece Retentions::completed_before(UnixTime older_than, std::int64_t id) {
  Piece piece{.last_id = id};
  auto rows = ended_after_.query(id, rows_in_a_piece);
  int seen = 0;
  for (; rows.next(); ++seen) {
    piece.last_id = rows.integer(0);
    const bool completed = rows.integer(1) == static_cast<int>(JobState::completed);
    if (completed && rows.time(2) < older_than)
      piece.ids.push_back(piece.last_id);
  }
  piece.at_end = seen < rows_in_a_piece;
  return piece;
}

std::uint32_t Retentions::prune(const PrunePolicy& policy, std::uint32_t limit, UnixTime now) {
  std::uint32_t erased = has_age(policy) ? erase(too_old(policy, limit, now)) : 0;
  for (const auto state : {JobState::completed, JobState::discarded, JobState::cancelled})
    if (const auto& count = retention_of(policy, static_cast<int>(state))->count)
      erased += erase(too_many(state, std::max<std::int64_t>(*count, 0), limit - erased));
  return erased;
}

struct Retentions::Walk {
  const PrunePolicy& policy;
  std::uint32_t limit;
  UnixTime now;
  std::vector<std::int64_t> ids{};
  int rows_left = rows_by_age_max;

  [[nodiscard]] bool is_over() const { return ids.size() >= limit || rows_left == 0; }
};

/// From where the last call stopped to the end, then once from the start.
std::vector<std::int64_t> Retentions::too_old(const PrunePolicy& policy, std::uint32_t limit,
                                              UnixTime now) {
  Walk walk{policy, limit, now};
  const auto start = walked_to_;
  if (advance(walk, std::numeric_limits<std::int64_t>::max())) {
    walked_to_ = 0;
    advance(walk, start);
  }
  return std::move(walk.ids);
}

/// Goes on up to `last_id`; whether it came there.
bool Retentions::advance(Walk& walk, std::int64_t last_id) {
  if (walk.is_over())
    return false;
  auto rows = ended_after_.query(walked_to_, walk.rows_left);
  while (!walk.is_over()) {
    if (!rows.next() || rows.integer(0) > last_id)
      return true;
    walked_to_ = rows.integer(0);
    --walk.rows_left;
    if (is_too_old(walk.policy, rows.integer(1), rows.time(2), walk.now))
      walk.ids.push_back(walked_to_);
  }
  return false;
}

std::vector<std::int64_t> Retentions::too_many(JobState state, std::int64_t kept,
                                               std::uint32_t limit) {
  const auto excess = count_in(state) - kept;
  if (excess <= 0 || limit == 0)
    return {};
  const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(excess, limit));
  std::vector<std::pair<UnixTime, std::int64_t>> oldest;
  auto rows =
    ended_in_state_.query(static_cast<int>(state), std::max<std::size_t>(2 * wanted, 1000));
  while (rows.next())
    oldest.emplace_back(rows.time(1), rows.integer(0));
  std::sort(oldest.begin(), oldest.end());
  oldest.resize(std::min(wanted, oldest.size()));
  std::vector<std::int64_t> ids;
  for (const auto& [ended, id] : oldest)
    ids.push_back(id);
  return ids;
}

std::int64_t Retentions::count_in(JobState state) {
  auto rows = count_.query(static_cast<int>(state));
  return rows.next() ? rows.integer(0) : 0;
}

std::uint32_t Retentions::erase(const std::vector<std::int64_t>& ids) {
  std::uint32_t erased = 0;
  for (const auto id : ids)
    erased += static_cast<std::uint32_t>(delete_.execute(id));
  return erased;
}

} // namespace zzz_jobs::detail::sqlite
