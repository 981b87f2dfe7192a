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
  if (link_ && !link_->is_alive())
    link_.reset();
  for (int tries = 1;; ++tries) {
    const bool is_new = !link_ || link_node_ != setting.node;
    try {
      settle_earlier(setting.node);
      if (!has_work(batch, setting)) {
        show_knowledge(std::nullopt);
        return nothing_done(batch);
      }
      Turn turn{knowledge_, link(setting.node),
                config_,    batch,
                setting,    {.sorted_keys = tries > 1, .apart = apart, .number = ++number_}};
      if (!transact(turn, batch, setting.node)) {
        knowledge_.claims.abandoned();
        if (tries == tries_max)
          throw ConnectionError{"database: connections are lost in each commit"};
        continue;
      }
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

/// False if nothing happened after all, and the connection is a new one.
bool Turns::transact(Turn& turn, const Batch& batch, std::int64_t node) {
  try {
    turn.transact();
  } catch (const CommitInDoubt& doubt) {
    unsettled_ = Unsettled{.node = node, .number = number_, .is_answered = doubt.is_answered()};
    for (const auto& claim : batch.claims)
      unsettled_->queues.push_back(claim.queue);
    for (const auto& outcome : batch.outcomes)
      unsettled_->jobs.push_back(outcome.claim.job_id);
    link_.reset();
    settle(node, doubt_time_max);
    const auto settled = *std::exchange(unsettled_, std::nullopt);
    if (!settled.was_committed)
      return false;
    if (!settled.is_answered)
      turn.answer_late(settled.written);
  }
  return true;
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
  if (auto empty = knowledge_.claims.empty(); empty != thought_empty_)
    thought_empty_ = std::move(empty);
}

/// An idle node writes nothing, and where foreign changes are told it asks nothing.
bool Turns::has_work(const Batch& batch, const TurnSetting& setting) {
  if (!batch.outcomes.empty() || !batch.progress.empty() || !batch.enqueues.empty())
    return true;
  if (!setting.is_watched)
    probe(batch, setting);
  return knowledge_.is_due(setting.now)
    || std::any_of(batch.claims.begin(), batch.claims.end(), [this](const auto& request) {
           return knowledge_.claims.has_candidates(request);
         });
}

void Turns::probe(const Batch& batch, const TurnSetting& setting) {
  Pipeline pipeline{link(setting.node), config_.answer_timeout.count(), config_.pooled};
  Params params;
  params.add_texts(batch.claims, [](const ClaimRequest& request) { return &request.queue; });
  params.add(setting.now);
  pipeline.send(Query::probe, std::move(params), [&](const Rows& rows) {
    for (const auto& request : batch.claims)
      knowledge_.claims.found_empty(request);
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
  return *link_;
}

/// Finds out what became of the last turn, and makes an end of it: afterwards it is
/// committed or never will be.
/// @throws Error(in_doubt) if that cannot be done within `patience`.
void Turns::settle(std::int64_t node, std::chrono::milliseconds patience) {
  for (const auto end = SteadyClock::now() + patience;;) {
    std::string why;
    try {
      return try_to_settle(node);
    } catch (const Error& error) { // its own commit may be in doubt too: asked again
      why = error.what();
    }
    link_.reset();
    if (SteadyClock::now() >= end)
      throw Error{errc::in_doubt,
                  why
                    + ": the connection was lost in a commit and the database is not back: it may "
                      "have happened"};
    std::this_thread::sleep_for(20ms);
  }
}

/// A turn whose caller was told that it is in doubt. Until it is settled nothing
/// else is sent, which hence did not happen.
void Turns::settle_earlier(std::int64_t node) {
  if (!unsettled_)
    return;
  try {
    settle(node, 0ms);
  } catch (const Error& error) {
    throw ConnectionError{error.what()};
  }
  unsettled_.reset();
}

void Turns::try_to_settle(std::int64_t node) {
  auto& turn = *unsettled_;
  Pipeline pipeline{link(node), config_.answer_timeout.count(), config_.pooled};
  const auto mark = [&] {
    Params params;
    params.add(static_cast<std::int32_t>(turn.node));
    params.add(turn.number);
    return params;
  };
  pipeline.send(Query::give_up_turn, mark());
  pipeline.send(Query::was_given_up, mark(), [&](const Rows& rows) {
    turn.was_committed = rows.size() > 0 && rows.integer(0, 0) == 0;
  });
  pipeline.commit();
  if (turn.was_committed && !turn.is_answered)
    answer_late(node);
}

/// What it claimed without anybody hearing of it is handed back.
void Turns::answer_late(std::int64_t node) {
  auto& turn = *unsettled_;
  Pipeline pipeline{link(node), config_.answer_timeout.count(), config_.pooled};
  Params jobs;
  jobs.add(turn.node);
  jobs.add(turn.number);
  jobs.add_int64s(turn.jobs, [](std::int64_t id) { return id; });
  pipeline.send(Query::written_by_turn, std::move(jobs), [&](const Rows& rows) {
    for (int row = 0; row < rows.size(); ++row)
      turn.written[rows.integer(row, 0)] = rows.integer(row, 1) != 0;
  });
  Params claims;
  claims.add(turn.node);
  claims.add(turn.number);
  claims.add_texts(turn.queues, [](const std::string& queue) { return &queue; });
  pipeline.send(Query::release_unanswered, std::move(claims));
  pipeline.commit();
}

} // namespace zzz_jobs::detail::pg
