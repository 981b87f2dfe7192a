// The part of turns that finds out what became of those whose commit was not heard of.
#include <zzz_jobs/stores/detail/pg_turns.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <utility>

namespace zzz_jobs::detail::pg {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

/// How long a commit in doubt is asked after, before its callers hear of it.
constexpr auto doubt_time_max = 10s;
constexpr std::size_t written_earlier_max = 10'000;

} // namespace

/// What became of a turn in doubt. If nothing, the connection is a new one.
/// @throws Error(in_doubt) if that cannot be found out.
bool Turns::happened(Lane& lane, const Begun& begun, const CommitInDoubt& doubt) {
  const auto node = begun.setting.node;
  auto& turn = unsettled_.emplace_back(
    Unsettled{.node = node, .number = begun.number, .is_answered = doubt.is_answered()});
  for (const auto& claim : begun.batch.claims)
    turn.queues.push_back(claim.queue);
  for (const auto& outcome : begun.batch.outcomes)
    turn.ended.push_back({outcome.claim, outcome.erase});
  lane.link.reset();
  settle(lane, turn, node, doubt_time_max);
  const auto settled = std::move(turn);
  unsettled_.pop_back();
  if (settled.is_unknown)
    throw Error{errc::in_doubt,
                "database: the connection was lost in a commit, and before it was back others gave "
                "this node up for dead: it may have happened"};
  if (settled.was_committed && !settled.is_answered)
    begun.turn->answer_late(settled.written);
  return settled.was_committed;
}

/// Finds out what became of a turn, and makes an end of it: afterwards it is
/// committed or never will be.
/// @throws Error(in_doubt) if that cannot be done within `patience`.
void Turns::settle(Lane& lane, Unsettled& turn, std::int64_t node,
                   std::chrono::milliseconds patience) {
  const auto end = SteadyClock::now() + patience;
  while (const auto why = why_unsettled(lane, turn, node)) {
    lane.link.reset();
    if (SteadyClock::now() >= end)
      throw Error{errc::in_doubt,
                  *why
                    + ": the connection was lost in a commit and the database is not back: it may "
                      "have happened"};
    std::this_thread::sleep_for(20ms);
  }
}

/// One try; none if it is settled now. Its own commit may be in doubt too: asked again.
std::optional<std::string> Turns::why_unsettled(Lane& lane, Unsettled& turn, std::int64_t node) {
  try {
    try_to_settle(lane, turn, node);
    return std::nullopt;
  } catch (const Error& error) {
    return error.what();
  }
}

/// Turns whose callers were told that they are in doubt. Until they are settled
/// nothing else is sent, which hence did not happen. What answers there were went with
/// the call.
void Turns::settle_earlier(Lane& lane, std::int64_t node) {
  while (!unsettled_.empty()) {
    auto& turn = unsettled_.front();
    turn.is_answered = false;
    try {
      settle(lane, turn, node, 0ms);
    } catch (const Error& error) {
      throw ConnectionError{error.what()};
    }
    keep_written(turn);
    unsettled_.pop_front();
  }
}

void Turns::settle_doubts() {
  if (unsettled_.empty() || !has_free_lane())
    return;
  auto& lane = free_lane();
  if (lane.link && !lane.link->is_alive())
    lane.link.reset();
  try {
    settle_earlier(lane, presence_.node());
  } catch (...) {
    lane.link.reset();
    throw;
  }
}

/// Callers repeat outcomes that are in doubt.
void Turns::keep_written(const Unsettled& turn) {
  if (!turn.was_committed)
    return;
  if (written_earlier_.size() > written_earlier_max)
    written_earlier_.clear(); // whoever was told of the doubt has not come back
  for (const auto& ended : turn.ended) {
    const auto& claim = ended.claim;
    const auto found = turn.written.find(claim.job_id);
    const bool is_gone = found == turn.written.end();
    const auto job =
      is_gone ? std::optional{WrittenJob{JobState::completed, claim.attempt}} : found->second;
    const bool is_its_end = job && job->attempt == claim.attempt
      && job->state != JobState::executing && (!is_gone || ended.erases);
    if (is_its_end)
      written_earlier_[claim.job_id] = *job;
  }
}

/// Their rows refuse such outcomes, since they are written already.
void Turns::answer_repeated(const Batch& batch, BatchResult& result) {
  for (std::size_t i = 0; i < batch.outcomes.size() && !written_earlier_.empty(); ++i) {
    const auto& claim = batch.outcomes[i].claim;
    const auto found = written_earlier_.find(claim.job_id);
    if (found == written_earlier_.end() || found->second.attempt != claim.attempt
        || result.outcomes[i] != OutcomeResult::refused)
      continue;
    result.outcomes[i] = OutcomeResult::applied;
    result.outcome_states[i] = found->second.state;
    written_earlier_.erase(found);
  }
}

/// Marks go with their node, so that only a node that is there can tell from a missing
/// one that nothing was committed.
void Turns::try_to_settle(Lane& lane, Unsettled& turn, std::int64_t node) {
  Pipeline pipeline{link(lane, node), config_.answer_timeout.count(), config_.pooled};
  const auto mark = [&] {
    Params params;
    params.add(static_cast<std::int32_t>(turn.node));
    params.add(turn.number);
    return params;
  };
  bool is_there = false;
  Params held;
  held.add(turn.node);
  pipeline.send(Query::hold_node, std::move(held),
                [&](const Rows& rows) { is_there = rows.size() > 0; });
  pipeline.send(Query::give_up_turn, mark());
  pipeline.send(Query::was_given_up, mark(), [&](const Rows& rows) {
    turn.was_committed = rows.size() > 0 && rows.integer(0, 0) == 0;
  });
  pipeline.settle();
  turn.is_unknown = !turn.was_committed && !is_there;
  if (turn.was_committed && !turn.is_answered)
    answer_late(pipeline, turn);
  pipeline.commit();
}

/// What it claimed without anybody hearing of it is handed back.
void Turns::answer_late(Pipeline& pipeline, Unsettled& turn) {
  Params jobs;
  jobs.add(turn.node);
  jobs.add(turn.number);
  jobs.add_int64s(turn.ended, [](const Ended& ended) { return ended.claim.job_id; });
  pipeline.send(Query::written_by_turn, std::move(jobs), [&](const Rows& rows) {
    for (int row = 0; row < rows.size(); ++row)
      turn.written[rows.integer(row, 0)] = rows.is_null(row, 2)
        ? std::nullopt
        : std::optional{
          WrittenJob{static_cast<JobState>(rows.integer(row, 2)), rows.integer32(row, 1)}};
  });
  Params claims;
  claims.add(turn.node);
  claims.add(turn.number);
  claims.add_texts(turn.queues, [](const std::string& queue) { return &queue; });
  pipeline.send(Query::release_unanswered, std::move(claims));
  pipeline.settle();
}

} // namespace zzz_jobs::detail::pg
