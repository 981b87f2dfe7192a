// The part of the store actor that keeps outcomes whose rows another transaction holds: a
// psql session that somebody forgot, or a handler that was too late and whose own
// transaction is still open. All else goes on meanwhile.
#include <zzz_jobs/actors/runtime/store_actor.hpp>

#include <chrono>
#include <iterator>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto locked_pause = 1s;
constexpr auto locked_log_interval = 60s;

} // namespace

void StoreState::set_locked_aside(Turn& turn, BatchResult& result) {
  auto locked = take_locked(turn, result);
  if (locked.empty())
    return;
  tell_locked(locked.front().report->finished.front());
  if (locked_.empty())
    self_->delayed_send(self_, locked_pause, locked_atom::value);
  std::move(locked.begin(), locked.end(), std::back_inserter(locked_));
}

/// The first one, and from time to time.
void StoreState::tell_locked(const Finished& one) {
  const auto now = std::chrono::steady_clock::now();
  if (told_locked_at_ && now - *told_locked_at_ < locked_log_interval)
    return;
  told_locked_at_ = now;
  setup_.shared->log(LogLevel::warning,
                     "outcome_waits job=" + std::to_string(one.job.id)
                       + " attempt=" + std::to_string(one.job.attempt)
                       + " error=\"another transaction holds its row\" action=\"tried again\"");
}

bool StoreState::is_set_aside(const Claim& claim) const {
  for (const auto& queued : locked_)
    for (const auto& finished : queued.report->finished)
      if (finished.outcome.claim == claim)
        return true;
  return false;
}

void StoreState::try_locked() {
  if (locked_.empty())
    return;
  for (auto& queued : std::exchange(locked_, {}))
    waiting_.reports.push_back(std::move(queued));
  queue_turn();
}

} // namespace zzz_jobs::runtime
