#include <zzz_jobs/stores/detail/pg_turns.hpp>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace zzz_jobs::detail::pg {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

/// Deadlocks and the like: so often is a turn tried at once.
constexpr int tries_max = 4;
/// How long a commit in doubt is asked after, before its callers hear of it.
constexpr auto doubt_time_max = 10s;

bool makes_available(const Outcome& outcome) {
  return outcome.kind == OutcomeKind::release || outcome.kind == OutcomeKind::rescue;
}

} // namespace

BatchResult Turns::apply(const Batch& batch, const TurnSetting& setting, TurnEcho& echo) {
  take_news(setting);
  if (!setting.is_watched && knowledge_.due_read_at != setting.now)
    knowledge_.due_read_at.reset();
  expect_changes(batch);
  bool apart = false;
  for (int tries = 1;; ++tries) {
    const bool is_new = !link_ || link_node_ != setting.node;
    try {
      if (unsettled_) { // since a call that could not wait for it
        settle(setting.node);
        unsettled_.reset();
      }
      if (!has_work(batch, setting))
        return nothing_done(batch);
      Turn turn{knowledge_, link(setting.node),
                config_,    batch,
                setting,    {.sorted_keys = tries > 1, .apart = apart, .number = ++number_}};
      transact(turn, batch, setting.node);
      auto result = turn.finish(echo);
      show_knowledge(turn.expected());
      return result;
    } catch (const StatementError& error) {
      knowledge_.claims.abandoned();
      if (is_worth_repeating(error.sqlstate()) && tries < tries_max)
        continue;
      if (error.code() != errc::invalid_argument || batch.enqueues.empty() || apart)
        throw;
      apart = true;
    } catch (const ConnectionError&) {
      knowledge_.claims.abandoned();
      link_.reset();
      if (is_new || tries == tries_max)
        throw;
    } catch (...) {
      knowledge_.claims.abandoned();
      link_.reset(); // it may be in the middle of anything
      throw;
    }
  }
}

void Turns::transact(Turn& turn, const Batch& batch, std::int64_t node) {
  try {
    turn.transact();
  } catch (const CommitInDoubt& doubt) {
    unsettled_ = Unsettled{.node = node, .number = number_};
    unsettled_->releases_claims = !doubt.is_answered();
    for (const auto& claim : batch.claims)
      unsettled_->queues.push_back(claim.queue);
    link_.reset();
    settle(node);
    if (!std::exchange(unsettled_, std::nullopt)->was_committed)
      throw ConnectionError{doubt.what()};
    if (!doubt.is_answered())
      turn.assume_done();
  }
}

void Turns::take_news(const TurnSetting& setting) {
  News news;
  {
    const std::lock_guard lock{news_mutex_};
    news = std::exchange(news_, {});
  }
  if (news.everywhere)
    knowledge_.claims.look_everywhere();
  for (const auto& queue : news.queues)
    knowledge_.claims.woken(queue);
  if (news.due && setting.is_watched)
    knowledge_.due = *news.due; // not later than what own turns have put in meanwhile
  if (news.due_unknown)
    knowledge_.due_read_at.reset();
}

void Turns::tell(const std::function<void(News&)>& what) {
  const std::lock_guard lock{news_mutex_};
  what(news_);
}

void Turns::begin_look() {
  const std::lock_guard lock{news_mutex_};
  expected_since_look_.reset();
  news_.due.reset(); // what comes is newer
}

bool Turns::tell_due(std::optional<UnixTime> due) {
  const std::lock_guard lock{news_mutex_};
  due = earlier(due, expected_since_look_);
  news_.due = due;
  return std::exchange(told_due_, due) != due;
}

QueueNames Turns::queues_thought_empty() {
  const std::lock_guard lock{news_mutex_};
  return thought_empty_;
}

void Turns::show_knowledge(std::optional<UnixTime> expected) {
  const std::lock_guard lock{news_mutex_};
  expected_since_look_ = earlier(expected_since_look_, expected);
  if (news_.due)
    news_.due = earlier(*news_.due, expected);
  told_due_ = knowledge_.due;
  if (knowledge_.claims.empty() != thought_empty_)
    thought_empty_ = knowledge_.claims.empty();
}

/// An idle node writes nothing, and where foreign changes are told it asks nothing.
bool Turns::has_work(const Batch& batch, const TurnSetting& setting) {
  if (!batch.outcomes.empty() || !batch.progress.empty() || !batch.enqueues.empty())
    return true;
  if (!setting.is_watched)
    probe(batch, setting);
  return knowledge_.is_due(setting.now)
    || std::any_of(batch.claims.begin(), batch.claims.end(), [this](const auto& request) {
           return knowledge_.claims.has_candidates(request.queue);
         });
}

void Turns::probe(const Batch& batch, const TurnSetting& setting) {
  Pipeline pipeline{link(setting.node), config_.answer_timeout.count(), config_.pooled};
  Params params;
  params.add_texts(batch.claims, [](const ClaimRequest& request) { return &request.queue; });
  params.add(setting.now);
  pipeline.send(Query::probe, std::move(params), [&](const Rows& rows) {
    for (const auto& request : batch.claims)
      knowledge_.claims.found_empty(request.queue);
    for (int row = 0; row < rows.size(); ++row) {
      if (rows.text(row, 0) == "jobs")
        knowledge_.claims.woken(rows.text(row, 1));
      else
        knowledge_.due = rows.optional_time(row, 2);
    }
    knowledge_.due_read_at = setting.now;
  });
  try {
    pipeline.commit();
  } catch (const CommitInDoubt& error) {
    throw ConnectionError{error.what()}; // it changes nothing
  }
}

BatchResult Turns::nothing_done(const Batch& batch) const {
  BatchResult nothing;
  nothing.claimed.resize(batch.claims.size());
  nothing.next_due = knowledge_.due;
  return nothing;
}

/// What the batch itself makes available, its own claims shall find.
void Turns::expect_changes(const Batch& batch) {
  if (std::any_of(batch.outcomes.begin(), batch.outcomes.end(), makes_available))
    knowledge_.claims.look_everywhere();
}

Link& Turns::link(std::int64_t node) {
  if (link_ && link_node_ == node)
    return *link_;
  link_.reset();
  link_.emplace(LinkOptions{.url = config_.url,
                            .schema = config_.schema,
                            .connect_timeout = config_.connect_timeout,
                            .answer_timeout = config_.answer_timeout,
                            .pooled = config_.pooled,
                            .node_id = node},
                statements_);
  link_node_ = node;
  ++connections_;
  return *link_;
}

/// Finds out what became of the last turn, and makes an end of it: afterwards it is
/// committed or never will be.
/// @throws Error(in_doubt) if the database does not come back for that.
void Turns::settle(std::int64_t node) {
  for (const auto end = SteadyClock::now() + doubt_time_max;;) {
    try {
      unsettled_->was_committed = try_to_settle(node);
      return;
    } catch (const StatementError& error) {
      if (error.code() != errc::unavailable || SteadyClock::now() >= end)
        throw;
    } catch (const CommitInDoubt&) { // asked once more
    } catch (const ConnectionError& error) {
      if (SteadyClock::now() >= end)
        throw Error{
          errc::in_doubt,
          std::string{error.what()}
            + ": the connection was lost in a commit and the database is not back: it may "
              "have happened"};
    }
    link_.reset();
    std::this_thread::sleep_for(20ms);
  }
}

/// What it claimed without anybody hearing of it is handed back.
bool Turns::try_to_settle(std::int64_t node) {
  const auto& turn = *unsettled_;
  Pipeline pipeline{link(node), config_.answer_timeout.count(), config_.pooled};
  Params mark;
  mark.add(static_cast<std::int32_t>(turn.node));
  mark.add(turn.number);
  bool was_committed = false;
  pipeline.send(Query::settle_turn, std::move(mark),
                [&](const Rows& rows) { was_committed = rows.size() == 0; });
  Params claims;
  claims.add(turn.node);
  claims.add(turn.number);
  claims.add_texts(turn.queues, [](const std::string& queue) { return &queue; });
  if (turn.releases_claims)
    pipeline.send(Query::release_unanswered, std::move(claims));
  pipeline.commit();
  return was_committed;
}

} // namespace zzz_jobs::detail::pg
