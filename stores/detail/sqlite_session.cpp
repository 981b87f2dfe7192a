#include <zzz_jobs/stores/detail/sqlite_session.hpp>

#include <zzz_jobs/stores/detail/process.hpp>
#include <zzz_jobs/stores/detail/sqlite_job_row.hpp>
#include <zzz_jobs/stores/detail/sqlite_migrations.hpp>
#include <zzz_jobs/stores/detail/times.hpp>
#include <zzz_jobs/stores/sql/sqlite.hpp>

#include <algorithm>

namespace zzz_jobs::detail::sqlite {
namespace {

constexpr std::int64_t nodes_kept = 100; ///< names of nodes that are gone

/// In the order that leaves a file alone that is not ours to change.
void set_up(Connection& connection, const SqliteStore::Config& config) {
  const auto name = config.path.string();
  [[maybe_unused]] const auto version = sqlite_schema_version(connection, name);
  Statement journal_mode{connection.get(), sql::sqlite::journal_mode};
  auto rows = journal_mode.query();
  if (!rows.next() || rows.text(0) != "wal")
    throw Error{errc::unsupported,
                "store \"" + name
                  + "\": its file system has no shared memory, which SQLite's "
                    "write-ahead log needs; use a local disk"};
  while (rows.next()) {
  }
  connection.execute(config.durability == Durability::full ? sql::sqlite::synchronous_full
                                                           : sql::sqlite::synchronous_normal);
  connection.execute(sql::sqlite::settings);
  migrate(connection, {name, config.limits, config.clock->now()});
}

} // namespace

Session::Session(const SqliteStore::Config& config)
  : lock_(config.path, config.path.string()), connection_(config.path, config.busy_timeout),
    neighbours_(connection_), due_(connection()), queues_(connection()), claims_(connection()),
    enqueues_(connection()), outcomes_(connection(), config.limits), changes_(connection()),
    jobs_(connection()), retentions_(connection()) {
  set_up(connection_, config);
  const auto now = config.clock->now();
  node_id_ = write([&] { return add_node(now); });
}

std::int64_t Session::add_node(UnixTime now) {
  Statement insert{connection(), sql::sqlite::insert_node};
  insert.execute(to_string(this_process()), now);
  const auto id = sqlite3_last_insert_rowid(connection());
  Statement{connection(), sql::sqlite::forget_nodes}.execute(id - nodes_kept);
  return id;
}

std::string Session::name_of_node(std::int64_t id) {
  Statement select{connection(), sql::sqlite::node_name};
  auto rows = select.query(id);
  return rows.next() ? std::string{rows.text(0)} : "node " + std::to_string(id);
}

void Session::forget() noexcept {
  due_.forget();
  queues_.forget();
  claims_.forget();
}

void Session::look_around() {
  if (neighbours_.have_written())
    forget();
}

// --- turns -------------------------------------------------------------------

BatchResult Session::apply(const Batch& batch, UnixTime now) {
  BatchResult result;
  if (!has_work(batch, now)) { // no transaction: an idle node never writes
    result.claimed.resize(batch.claims.size());
    result.next_due = due_.next(now);
    return result;
  }
  return write([&] {
    promote(now);
    for (const auto& progress : batch.progress)
      outcomes_.report(progress);
    apply_outcomes(batch, result, now);
    result.enqueued.reserve(batch.enqueues.size());
    result.claimed.resize(batch.claims.size());
    const DirectStarts direct{batch, now, [&](const auto& claim) { return is_idle(claim.queue); }};
    for (const auto& job : batch.enqueues)
      result.enqueued.push_back(add_or_start(job, direct, result, now));
    apply_claims(batch, direct, result, now);
    result.next_due = due_.next(now);
    return std::move(result);
  });
}

bool Session::has_work(const Batch& batch, UnixTime now) {
  if (!batch.outcomes.empty() || !batch.progress.empty() || !batch.enqueues.empty())
    return true;
  look_around();
  return due_.is_due(now)
    || std::any_of(batch.claims.begin(), batch.claims.end(),
                   [this](const auto& request) { return may_claim(request.queue); });
}

bool Session::is_paused(std::string_view queue) {
  look_around();
  return queues_.is_paused(queue);
}

bool Session::may_claim(std::string_view queue) {
  return !queues_.is_paused(queue) && claims_.has_candidates(queue);
}

void Session::promote(UnixTime now) {
  if (due_.promote(now))
    claims_.forget();
}

void Session::apply_outcomes(const Batch& batch, BatchResult& result, UnixTime now) {
  result.outcomes.reserve(batch.outcomes.size());
  result.outcome_states.reserve(batch.outcomes.size());
  for (const auto& outcome : batch.outcomes) {
    const auto state = end(outcome, now);
    result.outcomes.push_back(state ? OutcomeResult::applied : OutcomeResult::refused);
    result.outcome_states.push_back(state.value_or(JobState::available));
  }
}

std::optional<JobState> Session::end(const Outcome& outcome, UnixTime now) {
  const auto state = outcomes_.apply(outcome, now);
  if (state == JobState::available)
    claims_.forget();
  if (state == JobState::retryable || state == JobState::scheduled)
    due_.expect(time_after(now, outcome.delay));
  return state;
}

Enqueued Session::add(const NewJob& job, UnixTime now, std::optional<std::int64_t> start_on) {
  auto done = enqueues_.add(job, {now, start_on});
  if (replaces_another(job))
    due_.forget(); // the job that it replaced may have been the next one
  if (done.state == JobState::scheduled)
    due_.expect(done.scheduled_at);
  else if (done.state == JobState::available)
    claims_.inserted(job.queue, job.priority);
  return done;
}

bool Session::is_idle(std::string_view queue) {
  return !queues_.is_paused(queue) && !claims_.has_candidates(queue);
}

Enqueued Session::add_or_start(const NewJob& job, const DirectStarts& direct, BatchResult& result,
                               UnixTime now) {
  const auto claim = direct.claim_for(job);
  if (!claim)
    return add(job, now);
  auto done = add(job, now, node_id_);
  if (done.failed == errc{} && !done.conflict)
    result.claimed[*claim].push_back(started_job(job, done, node_id_));
  return done;
}

void Session::apply_claims(const Batch& batch, const DirectStarts& direct, BatchResult& result,
                           UnixTime now) {
  for (std::size_t i = 0; i < batch.claims.size(); ++i) {
    auto& jobs = result.claimed[i];
    if (direct.serves(i))
      std::stable_sort(jobs.begin(), jobs.end(),
                       [](const Job& a, const Job& b) { return a.priority < b.priority; });
    else
      jobs = take(batch.claims[i], node_id_, now);
  }
}

std::vector<Job> Session::take(const ClaimRequest& request, std::optional<std::int64_t> node,
                               UnixTime now) {
  if (queues_.is_paused(request.queue))
    return {};
  auto jobs = claims_.take(request, node, now);
  if (const auto earliest = claims_.take_earliest())
    due_.expect(*earliest);
  return jobs;
}

std::optional<Job> Session::claim_foreign(std::string_view queue, UnixTime now) {
  look_around();
  if (!due_.is_due(now) && !may_claim(queue))
    return std::nullopt;
  return write([&]() -> std::optional<Job> {
    promote(now);
    auto jobs = take({std::string{queue}, 1, 0}, std::nullopt, now);
    return jobs.empty() ? std::nullopt : std::optional{std::move(jobs.front())};
  });
}

// --- rescue and removal ------------------------------------------------------

std::uint32_t Session::rescue_stuck(std::chrono::seconds age, UnixTime now) {
  const auto least = std::max(age, std::chrono::seconds{0});
  Outcome lost{.kind = OutcomeKind::rescue,
               .error = "no outcome within " + std::to_string(least.count()) + " s"};
  std::uint32_t rescued = 0;
  for (const auto& execution : jobs_.executions_besides(node_id_)) {
    if (execution.since >= now - least)
      continue;
    lost.claim = execution.claim;
    rescued += end(lost, now) ? 1U : 0U;
  }
  return rescued;
}

// The lock on the file is ours, so whoever else owns an execution is dead.
std::vector<Job> Session::rescue_dead_owners(UnixTime now) {
  std::vector<Job> rescued;
  for (const auto& execution : jobs_.executions_besides(node_id_)) {
    if (!execution.node)
      continue;
    const Outcome lost{.claim = execution.claim,
                       .kind = OutcomeKind::rescue,
                       .error = name_of_node(*execution.node) + " ended"};
    if (end(lost, now))
      rescued.push_back(*jobs_.get(execution.claim.job_id));
  }
  return rescued;
}

std::uint32_t Session::delete_completed(UnixTime older_than, std::int64_t& after_id, bool& at_end) {
  const auto piece = retentions_.completed_before(older_than, after_id);
  after_id = piece.last_id;
  at_end = piece.at_end;
  return piece.ids.empty() ? 0 : write([&] { return retentions_.erase(piece.ids); });
}

} // namespace zzz_jobs::detail::sqlite
