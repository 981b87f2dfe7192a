#include <zzz_jobs/stores/detail/pg_turns.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>
#include <utility>

namespace zzz_jobs::detail::pg {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

/// Deadlocks and the like: so often is a turn tried.
constexpr int tries_max = 5;
/// After a lock that outlasted `lock_timeout` turns go around locks for so long: one that
/// holds on shall not stop all queues again and again.
constexpr auto around_locks_time = 10s;

/// Whoever won has the time to end, and others that lost do not come back all at once:
/// up to 8 ms, and each time twice as long.
void let_others_pass(int tries) {
  thread_local std::minstd_rand random{std::random_device{}()};
  std::this_thread::sleep_for(
    std::chrono::milliseconds{std::uniform_int_distribution{0, 4 << tries}(random)});
}

bool makes_available(const Outcome& outcome) {
  return outcome.kind == OutcomeKind::release || outcome.kind == OutcomeKind::rescue;
}

} // namespace

BatchResult Turns::apply(const Batch& batch, const TurnSetting& setting, TurnEcho& echo) {
  return *run(batch, setting, echo, false);
}

std::optional<BatchResult> Turns::begin(const Batch& batch, const TurnSetting& setting,
                                        TurnEcho& echo) {
  return run(batch, setting, echo, true);
}

/// With `may_leave` nothing is answered where the commit is left to itself.
std::optional<BatchResult> Turns::run(const Batch& batch, const TurnSetting& setting,
                                      TurnEcho& echo, bool may_leave) {
  auto& lane = free_lane();
  take_news(setting);
  if (!setting.is_watched && knowledge_.due_read_at != setting.now)
    knowledge_.due_read_at.reset();
  expect_changes(batch);
  bool apart = false;
  if (lane.link && !lane.link->is_alive())
    lane.link.reset();
  for (int tries = 1;; ++tries) {
    const bool is_new = !lane.link || lane.node != setting.node;
    const bool around_locks = SteadyClock::now() < around_locks_until_;
    try {
      renew_if_late(lane, setting.node);
      settle_earlier(lane, setting.node);
      if (!has_work(lane, batch, setting)) {
        show_knowledge(std::nullopt);
        return nothing_done(batch);
      }
      auto begun =
        new_try(lane, batch, setting,
                {.sorted_keys = tries > 1, .apart = apart, .around_locks = around_locks});
      try {
        const auto start = SteadyClock::now();
        begun.turn->begin();
        begun.since = SteadyClock::now();
        commit_pace_.worked(begun.since - start);
        if (begun.turn->met_locks())
          around_locks_until_ = SteadyClock::now() + around_locks_time;
        if (may_leave && !around_locks && commit_pace_.leaves_next()) {
          lane.begun.emplace(std::move(begun));
          return std::nullopt;
        }
        begun.turn->end();
        commit_pace_.took(SteadyClock::now() - begun.since);
      } catch (const CommitInDoubt& doubt) {
        if (!happened(lane, begun, doubt)) {
          knowledge_.claims.abandoned();
          if (tries == tries_max)
            throw ConnectionError{"database: connections are lost in each commit"};
          continue;
        }
      }
      return finish(begun, echo);
    } catch (const StatementError& error) {
      knowledge_.claims.abandoned();
      if (is_worth_repeating(error.sqlstate()) && tries < tries_max) {
        let_others_pass(tries);
        continue;
      }
      if (is_lock_timeout(error.sqlstate()) && !around_locks) {
        around_locks_until_ = SteadyClock::now() + around_locks_time;
        continue;
      }
      if (error.code() != errc::invalid_argument || batch.enqueues.empty() || apart)
        throw;
      apart = true;
    } catch (const ConnectionError&) {
      knowledge_.claims.abandoned();
      lane.link.reset();
      if (is_new || tries == tries_max)
        throw;
    } catch (...) {
      knowledge_.claims.abandoned();
      lane.link.reset(); // it may be in the middle of anything
      throw;
    }
  }
}

Turns::Begun Turns::new_try(Lane& lane, const Batch& batch, const TurnSetting& setting,
                            Turn::Manner manner) {
  manner.number = ++number_;
  manner.oldest = oldest_try();
  auto turn =
    std::make_unique<Turn>(knowledge_, link(lane, setting.node), config_, batch, setting, manner);
  return {.batch = batch, .setting = setting, .turn = std::move(turn), .number = number_};
}

/// A turn that did not happen after all is made anew.
std::optional<BatchResult> Turns::end(TurnEcho& echo) {
  auto* lane = first_begun();
  if (lane == nullptr)
    return std::nullopt;
  const auto begun = *std::exchange(lane->begun, std::nullopt);
  try {
    bool is_done = true;
    try {
      begun.turn->end();
      commit_pace_.took_at_most(SteadyClock::now() - begun.since);
    } catch (const CommitInDoubt& doubt) {
      is_done = happened(*lane, begun, doubt);
    }
    if (is_done)
      return finish(begun, echo);
  } catch (const StatementError&) { // what the table checks at a commit
  } catch (...) {
    knowledge_.claims.abandoned();
    lane->link.reset();
    throw;
  }
  knowledge_.claims.abandoned();
  return apply(begun.batch, begun.setting, echo);
}

BatchResult Turns::finish(const Begun& begun, TurnEcho& echo) {
  auto result = begun.turn->finish(echo);
  answer_repeated(begun.batch, result);
  const auto expected = begun.turn->expected();
  show_knowledge(expected);
  for (auto& lane : lanes_)
    if (lane.begun)
      lane.begun->turn->expect(expected);
  return result;
}

bool Turns::has_free_lane() const {
  return std::any_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return !lane.begun; });
}

Turns::Lane& Turns::free_lane() {
  return lanes_[0].begun ? lanes_[1] : lanes_[0];
}

Turns::Lane* Turns::first_begun() {
  Lane* first = nullptr;
  for (auto& lane : lanes_)
    if (lane.begun && (first == nullptr || lane.begun->number < first->begun->number))
      first = &lane;
  return first;
}

std::int64_t Turns::oldest_try() {
  const auto* lane = first_begun();
  return lane != nullptr ? lane->begun->number : number_;
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

void Turns::renew_aside(Watchdog& dog) {
  const auto node = presence_.node();
  for (auto& lane : lanes_) {
    if (lane.begun || !lane.link || lane.node != node)
      continue;
    try {
      const Watchdog::Guard guard{dog, lane.link->socket()};
      renew_if_late(lane, node);
    } catch (const Error&) { // the next turn finds another
      lane.link.reset();
    }
  }
}

/// As a rule the watch renews in time, and nothing is asked. Where it is without a
/// connection, or waits for an answer, the node is alive all the same. In a transaction
/// of its own: the row must not be locked as long as a turn lasts. One that is gone
/// stays so: what becomes of the node then, the watch sees to.
void Turns::renew_if_late(Lane& lane, std::int64_t node) {
  const auto now = SteadyClock::now();
  if (now < next_renewal_ || !presence_.is_renewal_late(config_.lease))
    return;
  next_renewal_ = now + std::chrono::milliseconds{config_.lease} / renewals_per_lease;
  Pipeline pipeline{link(lane, node), config_.answer_timeout.count(), config_.pooled};
  Params params;
  params.add(node);
  pipeline.send(Query::renew_lease_late, std::move(params), [&](const Rows& rows) {
    if (rows.size() > 0)
      presence_.note_beat(rows.integer(0, 0), now);
  });
  try {
    pipeline.commit();
  } catch (const StatementError&) { // a turn is no worse for it
  } catch (const CommitInDoubt& error) {
    throw ConnectionError{error.what()}; // it may be done twice
  }
}

std::vector<std::int64_t> Turns::give_up(const std::vector<SeenNode>& nodes) {
  std::vector<std::int64_t> given_up;
  auto& lane = free_lane();
  if (lane.link && !lane.link->is_alive())
    lane.link.reset();
  Params params;
  params.add_int64s(nodes, [](const SeenNode& node) { return node.id; });
  params.add_int64s(nodes, [](const SeenNode& node) { return node.beat_ms; });
  try {
    Pipeline pipeline{link(lane, presence_.node()), config_.answer_timeout.count(), config_.pooled};
    pipeline.send(Query::give_up_nodes, std::move(params), [&](const Rows& rows) {
      for (int row = 0; row < rows.size(); ++row)
        given_up.push_back(rows.integer(row, 0));
    });
    pipeline.commit();
  } catch (...) {
    lane.link.reset();
    throw;
  }
  return given_up;
}

/// An idle node writes nothing, and where foreign changes are told it asks nothing.
bool Turns::has_work(Lane& lane, const Batch& batch, const TurnSetting& setting) {
  if (!batch.outcomes.empty() || !batch.progress.empty() || !batch.enqueues.empty())
    return true;
  if (!setting.is_watched)
    probe(lane, batch, setting);
  return knowledge_.is_due(setting.now)
    || std::any_of(batch.claims.begin(), batch.claims.end(), [this](const auto& request) {
           return knowledge_.claims.has_candidates(request);
         });
}

void Turns::probe(Lane& lane, const Batch& batch, const TurnSetting& setting) {
  Pipeline pipeline{link(lane, setting.node), config_.answer_timeout.count(), config_.pooled};
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

Link& Turns::link(Lane& lane, std::int64_t node) {
  if (lane.link && lane.node == node)
    return *lane.link;
  lane.link.reset();
  lane.link.emplace(LinkOptions{.url = config_.url,
                                .schema = config_.schema,
                                .connect_timeout = config_.connect_timeout,
                                .answer_timeout = config_.answer_timeout,
                                .pooled = config_.pooled,
                                .node_id = node},
                    statements_);
  lane.node = node;
  return *lane.link;
}

} // namespace zzz_jobs::detail::pg
