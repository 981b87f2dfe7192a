// The part of the store actor that waits for turns which the store has left to their
// commits.
#include <zzz_jobs/actors/runtime/store_actor.hpp>

#include <exception>
#include <utility>

namespace zzz_jobs::runtime {

std::deque<std::shared_ptr<Turn>>& StoreState::begun() const {
  return setup_.shared->begun_turns;
}

/// Waits for all that have begun. False if one failed.
bool StoreState::end_turns() {
  bool is_good = true;
  while (!begun().empty())
    is_good = end_turn() && is_good;
  return is_good;
}

/// Waits for the one that began first. False if it failed.
bool StoreState::end_turn() {
  const auto turn = std::move(begun().front());
  begun().pop_front();
  BatchResult result;
  try {
    result = store().end_turn().value();
  } catch (...) {
    not_applied(*turn, std::current_exception());
    return false;
  }
  if (turn->claimants.empty())
    hand_back(result);
  succeeded(*turn, std::move(result));
  if (!begun().empty()) // the next one may have looked for its jobs before the commit
    announce(waiting_, turn->batch);
  return true;
}

/// Those that the store actor before this one did not live to end: nobody waits for
/// what they have claimed.
void StoreState::end_inherited_turns() {
  for (const auto& turn : begun())
    turn->claimants.clear();
  end_turns();
}

void StoreState::hand_back(BatchResult& result) {
  auto report = std::make_shared<Report>();
  for (auto& jobs : result.claimed)
    for (auto& job : std::exchange(jobs, {}))
      report->finished.push_back(unstarted(std::move(job), OutcomeKind::release, ""));
  if (report->finished.empty())
    return;
  waiting_.reports.push_back({"", std::move(report)});
  queue_turn();
}

} // namespace zzz_jobs::runtime
