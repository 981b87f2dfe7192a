#include <zzz_jobs/stores/detail/pg_marks.hpp>

#include <algorithm>

namespace zzz_jobs::detail::pg {
namespace {

/// Of the time, one part in so many goes into plain claims.
constexpr int share = 20;
/// With more priorities than this in use, claims are always plain: each mark is a
/// walk of its own.
constexpr std::size_t priorities_max = 64;
/// What a claim takes where nothing dead is in its way, with room for a machine that
/// is busy: four times what was measured on one that was not.
constexpr auto usual_claim = std::chrono::milliseconds{2};
constexpr auto usual_row = std::chrono::microseconds{25};

} // namespace

bool Marks::is_plain_next(Time now) const {
  return !is_slow_ || ids_.empty() || ids_.size() > priorities_max || now >= plain_at_;
}

/// A row below its mark shows that others put rows there.
void Marks::claimed(std::int32_t priority, std::int64_t id, bool from_front) {
  auto [mark, is_new] = ids_.try_emplace(priority, id + 1);
  if (is_new)
    return;
  if (from_front && id < mark->second)
    mark->second = id + 1;
  else
    mark->second = std::max(mark->second, id + 1);
}

void Marks::inserted(std::int32_t priority, std::int64_t id) {
  if (ids_.size() > priorities_max)
    return;
  auto [mark, is_new] = ids_.try_emplace(priority, id);
  if (!is_new)
    mark->second = std::min(mark->second, id);
}

void Marks::plain_took(Time now, std::chrono::steady_clock::duration time, std::size_t rows) {
  plain_at_ = now + time * share;
  is_slow_ = time > usual_claim + usual_row * rows;
}

} // namespace zzz_jobs::detail::pg
