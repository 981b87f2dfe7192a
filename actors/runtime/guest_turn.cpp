#include <zzz_jobs/actors/runtime/guest_turn.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

/// Further batches wait for the next turn.
constexpr std::size_t guest_rows_max = 4 * turn_rows_max;

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  if (to.empty())
    to.swap(from);
  else
    std::move(from.begin(), from.end(), std::back_inserter(to));
  from.clear();
}

/// What lies behind the first `count` of them.
template <class T>
std::vector<T> take_behind(std::vector<T>& all, std::size_t count) {
  const auto from = all.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<T> taken{std::make_move_iterator(from), std::make_move_iterator(all.end())};
  all.erase(from, all.end());
  return taken;
}

template <class T>
void rotate_left(std::vector<T>& all, std::size_t count) {
  std::rotate(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end());
}

std::size_t rows_of(const Batch& batch) {
  return batch.outcomes.size() + batch.enqueues.size();
}

/// The claims of the guests stand first: puts them last.
template <class T>
void put_guests_last(const Turn& turn, std::vector<T>& claims) {
  if (turn.guests_claim_first)
    rotate_left(claims, claims.size() - turn.claimants.size());
}

} // namespace

void join_guests(Waiting& waiting, Turn& turn, const Shared& shared) {
  auto& batch = turn.batch;
  const auto own_claims = batch.claims.size();
  std::size_t rows = 0;
  while (!waiting.guests.empty() && (rows == 0 || rows < guest_rows_max)) {
    auto call = std::move(waiting.guests.front());
    waiting.guests.pop_front();
    auto& its = call->batch;
    call->rows = {its.outcomes.size(), its.progress.size(), its.enqueues.size(), its.claims.size()};
    rows += rows_of(its);
    add_queues_to_tell(turn.told, its.enqueues, shared);
    append(batch.outcomes, its.outcomes);
    append(batch.progress, its.progress);
    append(batch.enqueues, its.enqueues);
    append(batch.claims, its.claims);
    turn.guests.push_back(std::move(call));
  }
  if (turn.guests.empty())
    return;
  turn.guests_claim_first = waiting.guests_claim_first = !waiting.guests_claim_first;
  if (turn.guests_claim_first)
    rotate_left(batch.claims, own_claims);
}

/// From the last one on, so that each stands behind all that is left.
std::vector<std::shared_ptr<GuestCall>> part_guests(Turn& turn) {
  auto& batch = turn.batch;
  put_guests_last(turn, batch.claims);
  auto calls = std::exchange(turn.guests, {});
  for (auto next = calls.rbegin(); next != calls.rend(); ++next) {
    auto& call = **next;
    call.batch.outcomes = take_behind(batch.outcomes, batch.outcomes.size() - call.rows.outcomes);
    call.batch.progress = take_behind(batch.progress, batch.progress.size() - call.rows.progress);
    call.batch.enqueues = take_behind(batch.enqueues, batch.enqueues.size() - call.rows.enqueues);
    call.batch.claims = take_behind(batch.claims, batch.claims.size() - call.rows.claims);
  }
  return calls;
}

std::vector<GuestPart> part_guests(Turn& turn, BatchResult& result) {
  put_guests_last(turn, result.claimed);
  const auto calls = part_guests(turn);
  std::vector<GuestPart> parts(calls.size());
  for (auto i = calls.size(); i-- > 0;) {
    parts[i].call = calls[i];
    const auto& rows = calls[i]->rows;
    auto& its = parts[i].result;
    its.outcomes = take_behind(result.outcomes, result.outcomes.size() - rows.outcomes);
    its.outcome_states =
      take_behind(result.outcome_states, result.outcome_states.size() - rows.outcomes);
    its.enqueued = take_behind(result.enqueued, result.enqueued.size() - rows.enqueues);
    its.claimed = take_behind(result.claimed, result.claimed.size() - rows.claims);
    its.next_due = result.next_due;
  }
  return parts;
}

} // namespace zzz_jobs::runtime
