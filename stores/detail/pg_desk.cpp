#include <zzz_jobs/stores/detail/pg_desk.hpp>

#include <zzz_jobs/stores/detail/page.hpp>
#include <zzz_jobs/stores/detail/pg_arrays.hpp>
#include <zzz_jobs/stores/detail/pg_error.hpp>
#include <zzz_jobs/stores/detail/pg_job_row.hpp>
#include <zzz_jobs/stores/detail/pg_sql.hpp>
#include <zzz_jobs/stores/detail/pqxx_fields.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace zzz_jobs::detail::pg {
namespace {

constexpr int lost_at_once_max = 1000;
constexpr std::uint32_t rows_in_a_piece = 10'000;
constexpr std::uint32_t rows_by_age_max = 100'000;

/// A change by hand runs on the thread that makes turns: a row that somebody has locked
/// must not hold up all queues.
constexpr std::string_view patience_with_locks = "2s";

std::optional<UnixTime> ended_before(const Retention& retention, UnixTime now) {
  if (!retention.age)
    return std::nullopt;
  return now - std::max(*retention.age, std::chrono::seconds{0});
}

} // namespace

// --- the connection ----------------------------------------------------------

std::string Desk::in_schema(std::string_view sql) const {
  return with_schema(sql, config_.schema);
}

PqxxSession& Desk::session() {
  if (session_)
    return *session_;
  PqxxSession made{
    {.url = config_.url, .application = "zzz_jobs desk", .timeout = config_.connect_timeout},
    &dog_};
  if (!config_.pooled)
    (void)made.run_alone(std::string{sql::postgres::desk_settings}, patience_with_locks, false);
  return session_.emplace(std::move(made));
}

template <class Work>
auto Desk::transact(Work&& work) {
  const bool was_open = session_.has_value();
  try {
    return session().in_transaction(work);
  } catch (const StatementError& error) {
    if (error.code() == errc::unavailable)
      session_.reset(); // a standby after a failover, say: the next one may be better
    throw;
  } catch (const ConnectionError&) {
    session_.reset();
    if (!was_open)
      throw;
  } catch (...) {
    session_.reset();
    throw;
  }
  return session().in_transaction(work); // the old connection was lost, perhaps long ago
}

template <class... Args>
pqxx::result Desk::ask(std::string_view sql, const Args&... args) {
  const auto text = in_schema(sql);
  const bool was_open = session_.has_value();
  try {
    return session().run_alone(text, args...);
  } catch (const StatementError& error) {
    if (error.code() == errc::unavailable)
      session_.reset(); // a standby after a failover, say: the next one may be better
    throw;
  } catch (const Error& error) {
    session_.reset();
    if (!was_open || error.code() == errc::invalid_argument)
      throw;
    return session().run_alone(text, args...); // the old connection was lost, perhaps long ago
  }
}

// --- questions ---------------------------------------------------------------

std::optional<Job> Desk::get(std::int64_t id) {
  const auto rows = ask(sql::postgres::get_job, id);
  return rows.empty() ? std::nullopt : std::optional{read_job(rows[0])};
}

std::vector<Job> Desk::get_all(const std::vector<std::int64_t>& ids) {
  std::vector<Job> jobs;
  for (const auto& row : ask(sql::postgres::jobs_by_id, array_of(ids)))
    jobs.push_back(read_job(row));
  return jobs;
}

std::vector<Job> Desk::list(const JobFilter& filter, const Page& page) {
  check_page(page);
  std::vector<Job> jobs;
  for (const auto& row :
       ask(page.newest_first ? sql::postgres::list_newest_first : sql::postgres::list_oldest_first,
           page.after_id, number_of(filter.state), filter.queue, filter.worker, filter.unique_key,
           page.limit))
    jobs.push_back(read_job(row));
  return jobs;
}

std::vector<QueueCount> Desk::counts() {
  std::vector<QueueCount> counts;
  for (const auto& row : ask(sql::postgres::counts))
    counts.push_back(
      {text_of(row[0]), static_cast<JobState>(row[1].as<int>()), row[2].as<std::int64_t>()});
  return counts;
}

std::int64_t Desk::count(std::string_view queue, JobState state) {
  return ask(sql::postgres::count_by_state, queue, static_cast<int>(state))[0][0]
    .as<std::int64_t>();
}

std::vector<QueueSettings> Desk::settings() {
  std::vector<QueueSettings> all;
  for (const auto& row : ask(sql::postgres::queue_settings))
    all.push_back({text_of(row[0]), row[1].as<bool>()});
  return all;
}

bool Desk::is_paused(std::string_view queue) {
  return ask(sql::postgres::is_paused, queue)[0][0].as<bool>();
}

void Desk::set_paused(std::string_view queue, bool paused) {
  (void)ask(sql::postgres::set_paused, queue, paused); // as good twice as once
}

// --- changes by hand ---------------------------------------------------------

namespace {

/// How often a change is tried that loses a race: for a lock, or for a unique key.
constexpr int change_tries = 5;

bool lost_a_race(const StatementError& error) {
  constexpr std::string_view unique_violation = "23505";
  return is_worth_repeating(error.sqlstate()) || error.sqlstate() == unique_violation;
}

std::string_view statement_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::cancel: return sql::postgres::cancel_jobs;
    case ChangeKind::retry: return sql::postgres::retry_jobs;
    case ChangeKind::remove: break;
  }
  return sql::postgres::remove_jobs;
}

Change change_of(const pqxx::row& row) {
  Change change{.before = static_cast<JobState>(row[1].as<int>()), .queue = text_of(row[3])};
  if (change.before == JobState::executing)
    change.claim = {row[0].as<std::int64_t>(), row[2].as<std::int32_t>()};
  const bool key_taken = row[5].as<bool>();
  change.result = row[4].as<bool>() ? ChangeResult::changed
    : key_taken                     ? ChangeResult::key_taken
                                    : ChangeResult::not_allowed;
  return change;
}

} // namespace

pqxx::result Desk::change_once(ChangeKind kind, const std::string& ids, UnixTime now) {
  return transact([&](pqxx::work& transaction) {
    if (config_.pooled)
      (void)run(transaction, std::string{sql::postgres::desk_settings}, patience_with_locks, true);
    const auto sql = in_schema(statement_of(kind));
    return kind == ChangeKind::remove ? run(transaction, sql, ids)
                                      : run(transaction, sql, ids, now);
  });
}

std::vector<Change> Desk::change_all(ChangeKind kind, const std::vector<std::int64_t>& ids,
                                     UnixTime now) {
  std::unordered_map<std::int64_t, Change> found;
  for (int tries_left = change_tries; tries_left > 0;) {
    try {
      for (const auto& row : change_once(kind, array_of(ids), now))
        found[row[0].as<std::int64_t>()] = change_of(row);
      break;
    } catch (const StatementError& error) {
      if (is_lock_timeout(error.sqlstate()))
        throw Error{errc::unavailable,
                    "jobs: another transaction holds one of their rows for longer than 2 s; "
                    "nothing was changed"};
      if (--tries_left == 0 || !lost_a_race(error))
        throw;
    }
  }
  std::vector<Change> changes;
  changes.reserve(ids.size());
  for (const auto id : ids)
    changes.push_back(found[id]); // not_found where there is none
  return changes;
}

// --- executions --------------------------------------------------------------

Desk::Execution Desk::execution_of(std::int64_t id) {
  const auto job = "job " + std::to_string(id) + ": ";
  const auto rows = ask(sql::postgres::job_for_change, id);
  if (rows.empty())
    throw Error{errc::job_not_found, job + "not found"};
  const auto state = static_cast<JobState>(rows[0][0].as<int>());
  if (state != JobState::executing)
    throw Error{errc::not_allowed, job + "is " + std::string{to_string(state)} + ", not executing"};
  return {{id, rows[0][1].as<std::int32_t>()}, rows[0][3].as<std::int32_t>()};
}

std::vector<std::vector<Claim>> Desk::open_claims(const std::vector<std::string>& queues,
                                                  std::int64_t node) {
  std::vector<std::vector<Claim>> claims(queues.size());
  for (const auto& row : ask(sql::postgres::open_claims, array_of(queues), node))
    claims.at(row[0].as<std::size_t>() - 1)
      .push_back({row[1].as<std::int64_t>(), row[2].as<std::int32_t>()});
  return claims;
}

/// In the order in which all nodes write rows; as good twice as once.
std::vector<Claim> Desk::adopt(const std::vector<Claim>& claims, std::int64_t node) {
  auto sorted = claims;
  std::ranges::sort(sorted, {}, &Claim::job_id);
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> attempts;
  for (const auto& claim : sorted) {
    ids.push_back(claim.job_id);
    attempts.push_back(claim.attempt);
  }
  std::vector<Claim> adopted;
  for (const auto& row : ask(sql::postgres::adopt_jobs, array_of(ids), array_of(attempts), node))
    adopted.push_back({row[0].as<std::int64_t>(), row[1].as<std::int32_t>()});
  return adopted;
}

std::vector<Desk::Lost> Desk::executions_of_dead(const std::vector<std::int64_t>& nodes) {
  std::vector<Lost> lost;
  for (const auto& row : ask(sql::postgres::dead_executions, array_of(nodes), lost_at_once_max))
    lost.push_back({{row[0].as<std::int64_t>(), row[1].as<std::int32_t>()}, text_of(row[2])});
  return lost;
}

std::vector<Desk::Lost> Desk::executions_before(UnixTime time) {
  std::vector<Lost> lost;
  for (const auto& row : ask(sql::postgres::stuck_executions, time, lost_at_once_max))
    lost.push_back({{row[0].as<std::int64_t>(), row[1].as<std::int32_t>()}, {}});
  return lost;
}

void Desk::say_goodbye(std::int64_t node) {
  (void)session().run_alone(in_schema(sql::postgres::remove_node),
                            array_of(std::vector<std::int64_t>{node}));
}

void Desk::remove_nodes(const std::vector<std::int64_t>& nodes) {
  (void)ask(sql::postgres::remove_node, array_of(nodes));
}

std::vector<NodeRecord> Desk::nodes() {
  std::vector<NodeRecord> all;
  for (const auto& row : ask(sql::postgres::list_nodes))
    all.push_back({.id = row[0].as<std::int64_t>(),
                   .is = {.name = text_of(row[1]),
                          .address = text_of(row[2]),
                          .version = text_of(row[3]),
                          .pid = row[4].as<std::int64_t>()},
                   .started_at = time_of(row[5]),
                   .is_alive = row[6].as<bool>()});
  return all;
}

void Desk::describe_node(std::int64_t node, const NodeDescription& is) {
  (void)ask(sql::postgres::describe_node, node, is.name, is.address, is.version, is.pid);
}

// --- cron --------------------------------------------------------------------

std::optional<UnixTime> Desk::last_tick(std::string_view entry) {
  const auto rows = ask(sql::postgres::last_tick, entry);
  return rows.empty() ? std::nullopt : std::optional{time_of(rows[0][0])};
}

UnixTime Desk::cron_since(std::string_view entry, UnixTime begin) {
  return time_of(ask(sql::postgres::cron_since, entry, begin)[0][0]);
}

void Desk::set_cron_paused(std::string_view entry, bool paused, UnixTime now) {
  (void)ask(sql::postgres::set_cron_paused, entry, now, paused); // as good twice as once
}

bool Desk::is_cron_paused(std::string_view entry) {
  const auto rows = ask(sql::postgres::is_cron_paused, entry);
  return !rows.empty() && rows[0][0].as<bool>();
}

// --- pruning -----------------------------------------------------------------

/// A piece of a walk along the ids: what it looks for, and how it ended.
struct Desk::PrunePiece {
  std::int64_t after_id = 0;
  std::uint32_t rows_max = rows_in_a_piece;
  std::uint32_t deleted_max = rows_in_a_piece;
  std::optional<UnixTime> completed{}; ///< ended before this: goes
  std::optional<UnixTime> discarded{};
  std::optional<UnixTime> cancelled{};
  std::uint32_t deleted = 0;
  bool at_end = false;
};

Desk::PrunePiece Desk::prune_piece(const PrunePiece& from) {
  const auto rows = ask(sql::postgres::prune_by_age, from.after_id, from.rows_max, from.deleted_max,
                        from.completed, from.discarded, from.cancelled);
  auto done = from;
  done.deleted = rows[0][0].as<std::uint32_t>();
  done.after_id = rows[0][1].is_null() ? from.after_id : rows[0][1].as<std::int64_t>();
  done.at_end = rows[0][2].as<bool>();
  return done;
}

std::uint32_t Desk::prune(const PrunePolicy& policy, std::uint32_t limit, UnixTime now) {
  std::uint32_t deleted = 0;
  PrunePiece piece{.after_id = pruned_to_,
                   .completed = ended_before(policy.completed, now),
                   .discarded = ended_before(policy.discarded, now),
                   .cancelled = ended_before(policy.cancelled, now)};
  const bool by_age = piece.completed || piece.discarded || piece.cancelled;
  int ends_left = 2; // from where the last call stopped, then once from the start
  for (std::uint32_t seen = 0; by_age && deleted < limit && ends_left > 0 && seen < rows_by_age_max;
       seen += rows_in_a_piece) {
    piece.deleted_max = limit - deleted;
    piece = prune_piece(piece);
    deleted += piece.deleted;
    if (piece.at_end) {
      piece.after_id = 0;
      --ends_left;
    }
  }
  pruned_to_ = piece.after_id;
  const auto by_count = [&](JobState state, const Retention& retention) {
    if (retention.count && deleted < limit)
      deleted += ask(sql::postgres::prune_by_count, static_cast<int>(state),
                     std::max<std::int64_t>(*retention.count, 0), limit - deleted)[0][0]
                   .template as<std::uint32_t>();
  };
  by_count(JobState::completed, policy.completed);
  by_count(JobState::discarded, policy.discarded);
  by_count(JobState::cancelled, policy.cancelled);
  return deleted;
}

std::uint32_t Desk::delete_completed(UnixTime older_than, std::int64_t& after_id, bool& at_end) {
  const auto piece = prune_piece({.after_id = after_id, .completed = older_than});
  after_id = piece.after_id;
  at_end = piece.at_end;
  return piece.deleted;
}

} // namespace zzz_jobs::detail::pg
