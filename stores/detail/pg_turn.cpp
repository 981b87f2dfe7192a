#include <zzz_jobs/stores/detail/pg_turn.hpp>

#include <zzz_jobs/stores/detail/pg_error.hpp>
#include <zzz_jobs/stores/detail/times.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs::detail::pg {
namespace {

constexpr std::int32_t promoted_at_once_max = 5000; // some 40 ms of a turn

constexpr std::int64_t turns_kept = 256;
/// So far back are marks looked for: those of turns that were not yet committed when
/// others were forgotten, or whose forgetting was rolled back.
constexpr std::int64_t turns_walked = 4 * turns_kept;

/// A key's row may wait for another transaction, and its answer for a look at who
/// has it: that is no start at once.
bool are_plain(const std::vector<NewJob>& jobs) {
  return std::none_of(jobs.begin(), jobs.end(),
                      [](const NewJob& job) { return job.unique_key || job.tick; });
}

} // namespace

std::optional<UnixTime> earlier(std::optional<UnixTime> a, std::optional<UnixTime> b) {
  return !a || (b && *b < *a) ? b : a;
}

Turn::Turn(Knowledge& knowledge, Link& link, const PgStore::Config& config, const Batch& batch,
           const TurnSetting& setting, const Manner& manner)
  : knowledge_(knowledge), batch_(batch), setting_(setting), around_locks_(manner.around_locks),
    apart_(manner.apart || manner.around_locks), number_(manner.number), oldest_(manner.oldest),
    starts_directly_(!apart_ && setting.is_watched && setting.owner
                     && !knowledge.is_due(setting.now) && are_plain(batch.enqueues)),
    pipeline_(link, config.answer_timeout.count(), config.pooled),
    outcomes_(batch, config.limits, setting.now, result_),
    direct_(batch, setting.now, [this](const ClaimRequest& claim) { return is_idle(claim); }),
    enqueues_(batch, direct_,
              {.now = setting.now, .node_id = setting.node, .sorted_keys = manner.sorted_keys},
              result_) {
  result_.claimed.resize(batch.claims.size());
}

void Turn::begin() {
  if (apart_)
    pipeline_.begin();
  try {
    mark();
    promote();
    if (around_locks_)
      go_around_locks();
    outcomes_.send(pipeline_);
    if (apart_) {
      pipeline_.settle(); // whatever fails so far is not the rows' fault
      enqueue_apart(0, batch_.enqueues.size());
    } else {
      enqueues_.send(pipeline_, 0, batch_.enqueues.size());
    }
    claim();
    read_due();
    pipeline_.ask_to_commit();
  } catch (const StatementError&) {
    pipeline_.roll_back();
    throw;
  }
}

void Turn::end() {
  try {
    pipeline_.committed();
  } catch (const StatementError&) {
    pipeline_.roll_back();
    throw;
  }
}

BatchResult Turn::finish(TurnEcho& echo) {
  auto& claims = knowledge_.claims;
  claims.committed(findings_);
  note_due();
  for (const auto& queue : promoted_)
    made_available(queue, echo);
  for (const auto& queue : outcomes_.returned_to())
    made_available(queue, echo);
  note_enqueued(echo);
  sort_started();
  echo.look_again_at = claims.take_look_again();
  result_.next_due = knowledge_.due;
  return std::move(result_);
}

/// With rows apart nothing starts directly, as what was rolled back cannot be
/// taken back from the answer; nor where others' jobs may have come unnoticed,
/// which this batch's claims must find.
bool Turn::is_idle(const ClaimRequest& claim) const {
  return starts_directly_ && !knowledge_.claims.has_candidates(claim);
}

/// The queues into which this batch puts jobs that wait for a claim.
std::set<std::string_view> Turn::filled_queues() const {
  std::set<std::string_view> queues;
  const std::string* last = nullptr;
  for (const auto& job : batch_.enqueues) {
    if ((last != nullptr && *last == job.queue) || direct_.claim_for(job))
      continue;
    last = &job.queue;
    queues.insert(job.queue);
  }
  return queues;
}

void Turn::answer_late(const Written& written) {
  outcomes_.answer_late(written);
  enqueues_.assume_inserted();
  for (auto& jobs : result_.claimed)
    jobs.clear();
  knowledge_.claims.abandoned();
}

/// Rows of many turns are forgotten together, and none that may still be asked for.
void Turn::mark() {
  Params params;
  params.add(static_cast<std::int32_t>(setting_.node));
  params.add(number_);
  pipeline_.send(Query::mark_turn, std::move(params));
  if (number_ % turns_kept != 0)
    return;
  Params old;
  old.add(static_cast<std::int32_t>(setting_.node));
  old.add(oldest_ - turns_walked);
  old.add(oldest_);
  pipeline_.send(Query::forget_turns, std::move(old));
}

void Turn::promote() {
  if (!knowledge_.is_due(setting_.now))
    return;
  Params params;
  params.add(setting_.now);
  params.add(promoted_at_once_max);
  pipeline_.send(Query::promote_due, std::move(params), [this](const Rows& rows) {
    for (int row = 0; row < rows.size(); ++row)
      promoted_.emplace(rows.text(row, 0));
  });
}

/// A job that was replaced may have been the next one.
void Turn::read_due() {
  if (!knowledge_.is_due(setting_.now)
      && std::none_of(batch_.enqueues.begin(), batch_.enqueues.end(), replaces_another))
    return;
  pipeline_.send(Query::next_due, {}, [this](const Rows& rows) {
    due_was_read_ = true;
    if (rows.size() > 0)
      due_ = rows.time(0, 0);
  });
}

void Turn::go_around_locks() {
  pipeline_.send(Query::short_lock_timeout, {});
  met_locks_ = outcomes_.leave_locked(pipeline_);
}

Enqueued Turn::refusal(const StatementError& error) {
  if (!is_lock_timeout(error.sqlstate()))
    return {.failed = error.code(),
            .error = std::string{"job: the table refuses it: "} + error.what()};
  met_locks_ = true;
  return {.failed = errc::unavailable,
          .error = "job: a transaction that has not ended holds its unique_key (or cron tick)"};
}

/// The row that the table refuses is found by halving.
void Turn::enqueue_apart(std::size_t first, std::size_t last) {
  if (first == last)
    return;
  try {
    pipeline_.try_part([&] { enqueues_.send(pipeline_, first, last); });
  } catch (const StatementError& error) {
    const bool is_locked = around_locks_ && is_lock_timeout(error.sqlstate());
    if (error.code() != errc::invalid_argument && !is_locked)
      throw;
    if (last - first == 1) {
      result_.enqueued[first] = refusal(error);
      return;
    }
    const auto middle = first + (last - first) / 2;
    enqueue_apart(first, middle);
    enqueue_apart(middle, last);
  }
}

void Turn::claim() {
  const bool look_everywhere = knowledge_.is_due(setting_.now) || !setting_.is_watched;
  const auto filled = filled_queues();
  pipeline_.hurry(); // so that it shows how long a claim takes
  for (std::size_t i = 0; i < batch_.claims.size(); ++i) {
    const auto& request = batch_.claims[i];
    const bool may_have = look_everywhere || filled.contains(request.queue)
      || knowledge_.claims.has_candidates(request);
    if (direct_.serves(i) || !may_have)
      continue;
    knowledge_.claims.send(
      pipeline_,
      {.request = request,
       .now = setting_.now,
       .node = setting_.owner,
       .from_front = !setting_.is_supervised || knowledge_.is_due(setting_.now),
       .fresh = batch_.enqueues},
      result_.claimed[i], findings_);
  }
}

/// A direct start that found others' jobs before it leaves its rows to claims, which
/// have to look for those jobs from the front.
void Turn::note_enqueued(TurnEcho& echo) {
  std::vector<std::size_t> waiting; // noted afterwards, as it changes who was served
  std::vector<std::string_view> passed_by;
  const NewJob* last = nullptr;
  bool is_served = false;
  for (std::size_t i = 0; i < batch_.enqueues.size(); ++i) {
    const auto& job = batch_.enqueues[i];
    const auto& done = result_.enqueued[i];
    if (done.failed != errc{} || done.conflict || done.state != JobState::available)
      continue;
    if (last == nullptr || last->queue != job.queue || last->worker != job.worker) {
      is_served = was_served(job.queue, &job.worker);
      if (!is_served)
        echo.queues.insert(job.queue);
      if (!is_served && direct_.claim_for(job)) {
        echo.look_again = true;
        passed_by.push_back(job.queue);
      }
    }
    last = &job;
    if (!is_served)
      waiting.push_back(i);
  }
  for (const auto i : waiting)
    knowledge_.claims.inserted(batch_.enqueues[i], result_.enqueued[i].id);
  for (const auto queue : passed_by)
    knowledge_.claims.look_at(queue);
}

void Turn::made_available(const std::string& queue, TurnEcho& echo) {
  if (was_served(queue, nullptr))
    return;
  knowledge_.claims.look_at(queue);
  echo.queues.insert(queue);
  echo.look_again = true;
}

/// Whether this very turn claimed from the queue and got all there was, of this
/// worker (null: of its own).
bool Turn::was_served(std::string_view queue, const std::string* worker) const {
  for (std::size_t i = 0; i < batch_.claims.size(); ++i) {
    const auto& claim = batch_.claims[i];
    if (claim.queue != queue || knowledge_.claims.has_candidates(claim) || direct_.serves(i))
      continue;
    const auto* known = claim.known_workers.get();
    if (worker == nullptr || known == nullptr || known->contains(*worker))
      return true;
  }
  return false;
}

void Turn::note_due() {
  const auto expect = [this](UnixTime time) { expected_ = earlier(expected_, time); };
  for (std::size_t i = 0; i < batch_.outcomes.size(); ++i) {
    const auto state = result_.outcome_states[i];
    if (state == JobState::retryable || state == JobState::scheduled)
      expect(time_after(setting_.now, batch_.outcomes[i].delay));
  }
  for (const auto& done : result_.enqueued)
    if (done.state == JobState::scheduled && !done.conflict && done.failed == errc{})
      expect(done.scheduled_at);
  knowledge_.due =
    due_was_read_ ? earlier(due_, expected_elsewhere_) : earlier(knowledge_.due, expected_);
  knowledge_.due_read_at = setting_.now;
}

void Turn::sort_started() {
  for (std::size_t i = 0; i < result_.claimed.size(); ++i)
    if (direct_.serves(i))
      std::stable_sort(result_.claimed[i].begin(), result_.claimed[i].end(),
                       [](const Job& a, const Job& b) { return a.priority < b.priority; });
}

} // namespace zzz_jobs::detail::pg
