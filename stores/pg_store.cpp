#include <zzz_jobs/stores/pg_store.hpp>

#include <zzz_jobs/config/retry_strategy.hpp>
#include <zzz_jobs/stores/detail/pg_config.hpp>
#include <zzz_jobs/stores/detail/pg_desk.hpp>
#include <zzz_jobs/stores/detail/pg_migrations.hpp>
#include <zzz_jobs/stores/detail/pg_presence.hpp>
#include <zzz_jobs/stores/detail/pg_rescue.hpp>
#include <zzz_jobs/stores/detail/pg_shared_turns.hpp>
#include <zzz_jobs/stores/detail/pg_watch.hpp>

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

namespace zzz_jobs {

/// The parts of an open store. Turns and everything else have a connection and a
/// mutex each, so that a listing holds up no turn.
struct PgStore::Impl {
  explicit Impl(Config with)
    : config(detail::pg::checked(std::move(with))), statements(config.schema),
      shared_turns(config, statements, presence), dog(config.answer_timeout), desk(config, dog),
      watch(config, presence, shared_turns, dog) {
    detail::pg::PqxxSession session{
      {.url = config.url,
       .application = "zzz_jobs open",
       .timeout = config.connect_timeout}}; // an upgrade may take its time
    detail::pg::open_schema(session, config.schema, config.migrate);
    presence.enrol(session, config);
    watch.start();
  }

  ~Impl() {
    const bool can_be_reached = watch.is_in_touch();
    watch.stop();
    if (!can_be_reached)
      return; // its lease runs out
    try {
      const std::lock_guard lock{desk_mutex};
      desk.say_goodbye(presence.node());
    } catch (const Error&) { // likewise
    }
  }

  [[nodiscard]] UnixTime now() const {
    return config.clock ? config.clock->now() : presence.database_time();
  }

  [[nodiscard]] detail::pg::TurnSetting setting(std::optional<std::int64_t> owner) const {
    return {.now = now(),
            .node = presence.node(),
            .owner = owner,
            .is_watched = watch.is_watching(),
            .is_supervised = watch.is_heard()};
  }

  BatchResult turn(const Batch& batch, std::optional<std::int64_t> owner) {
    detail::pg::TurnEcho echo;
    auto result = shared_turns.apply(
      batch, [&] { return setting(owner); }, echo);
    pass_on(echo, result);
    return result;
  }

  std::optional<BatchResult> begin(const Batch& batch) {
    detail::pg::TurnEcho echo;
    auto result = shared_turns.begin(
      batch, [&] { return setting(presence.node()); }, echo);
    if (result)
      pass_on(echo, *result);
    return result;
  }

  std::optional<BatchResult> end() {
    detail::pg::TurnEcho echo;
    auto result = shared_turns.end(echo);
    if (result)
      pass_on(echo, *result);
    return result;
  }

  void pass_on(const detail::pg::TurnEcho& echo, const BatchResult& result) {
    if (!echo.queues.empty())
      watch.announce(echo.queues);
    if (echo.look_again_at)
      watch.look_again_at(*echo.look_again_at);
    if (echo.look_again)
      watch.signal(StoreSignal::jobs);
    for (const auto& done : result.enqueued)
      if (done.cancelled)
        watch.announce_lost_claims();
  }

  template <class Work>
  auto at_desk(Work&& work) {
    const std::lock_guard lock{desk_mutex};
    return work(desk);
  }

  void look_everywhere() {
    turns.tell([](detail::pg::News& news) {
      news.everywhere = true;
      news.due_unknown = true;
    });
  }

  /// A change by hand may have made jobs available, or due earlier or later.
  void tell(const std::vector<Change>& changes) {
    std::set<std::string> queues;
    bool claims_lost = false;
    for (const auto& change : changes) {
      if (change.result != ChangeResult::changed)
        continue;
      queues.insert(change.queue);
      claims_lost = claims_lost || change.claim.job_id != 0;
    }
    if (queues.empty())
      return;
    look_everywhere();
    if (claims_lost)
      watch.announce_lost_claims();
    watch.announce(queues);
    watch.signal(StoreSignal::jobs);
  }

  void end_plainly(std::int64_t id, Outcome outcome) {
    const auto execution = at_desk([&](auto& at) { return at.execution_of(id); });
    outcome.claim = execution.claim;
    if (outcome.kind == OutcomeKind::fail)
      outcome.delay = RetryStrategy{}.delay(execution.attempts_used);
    Batch batch;
    batch.outcomes.push_back(std::move(outcome));
    const auto job = "job " + std::to_string(id) + ": ";
    switch (turn(batch, std::nullopt).outcomes.front()) {
      case OutcomeResult::applied: return;
      case OutcomeResult::refused:
        throw Error{errc::not_allowed, job + "its execution has just been ended by others"};
      case OutcomeResult::locked:
        throw Error{errc::unavailable, job + "another transaction holds its row"};
    }
  }

  std::vector<std::int64_t> rescue(const std::vector<detail::pg::Desk::Lost>& lost,
                                   const std::string& reason) {
    return detail::pg::rescue(
      lost, reason, [this](const Batch& batch) { return turn(batch, std::nullopt); }, config.log);
  }

  void pause(std::string_view queue, bool paused) {
    at_desk([&](auto& at) { at.set_paused(queue, paused); });
    turns.tell([](detail::pg::News& news) { news.everywhere = true; });
    watch.announce({std::string{queue}});
    watch.signal(StoreSignal::jobs);
  }

  Config config;
  detail::pg::Statements statements;
  detail::pg::Presence presence{};
  detail::pg::SharedTurns shared_turns;
  detail::pg::Turns& turns{shared_turns.turns()};
  detail::pg::Watchdog dog;
  std::mutex desk_mutex{};
  detail::pg::Desk desk;
  detail::pg::Watch watch;
};

PgStore::PgStore(Config config) : impl_(std::make_unique<Impl>(std::move(config))) {}
PgStore::~PgStore() = default;
PgStore::PgStore(PgStore&&) noexcept = default;
PgStore& PgStore::operator=(PgStore&&) noexcept = default;

// --- the published operations ------------------------------------------------

Job PgStore::enqueue(std::string_view worker, std::string_view args, const JobOpts& opts) {
  Batch batch;
  batch.enqueues.push_back(make_new_job(worker, std::string{args}, opts, impl_->config.limits));
  const auto done = impl_->turn(batch, std::nullopt).enqueued.front();
  if (done.failed != errc{})
    throw Error{done.failed, done.error};
  if (done.conflict)
    if (auto holder = get(done.id)) {
      holder->conflict = true;
      return *std::move(holder);
    }
  auto job = as_job(batch.enqueues.front());
  job.id = done.id;
  job.conflict = done.conflict;
  job.state = done.state;
  job.inserted_at = done.inserted_at;
  job.scheduled_at = done.scheduled_at;
  return job;
}

std::optional<Job> PgStore::claim(std::string_view queue) {
  Batch batch;
  batch.claims.push_back({.queue = std::string{queue}, .slots = 1});
  auto jobs = std::move(impl_->turn(batch, std::nullopt).claimed.front());
  return jobs.empty() ? std::nullopt : std::optional{std::move(jobs.front())};
}

void PgStore::complete(std::int64_t id) {
  impl_->end_plainly(id, {.kind = OutcomeKind::complete});
}

void PgStore::fail(std::int64_t id, std::string_view error) {
  impl_->end_plainly(id, {.kind = OutcomeKind::fail, .error = std::string{error}});
}

void PgStore::discard(std::int64_t id, std::string_view error) {
  impl_->end_plainly(id, {.kind = OutcomeKind::discard, .error = std::string{error}});
}

std::uint32_t PgStore::rescue_stuck(std::chrono::seconds age) {
  const auto least = std::max(age, std::chrono::seconds{0});
  const auto reason = "no outcome within " + std::to_string(least.count()) + " s";
  std::uint32_t rescued = 0;
  for (;;) {
    const auto lost =
      impl_->at_desk([&](auto& desk) { return desk.executions_before(now() - least); });
    const auto ended = lost.empty() ? 0 : impl_->rescue(lost, reason).size();
    if (ended == 0) // what is left can only be tried again later
      return rescued;
    rescued += static_cast<std::uint32_t>(ended);
  }
}

std::int64_t PgStore::count_by_state(std::string_view queue, JobState state) {
  return impl_->at_desk([&](auto& desk) { return desk.count(queue, state); });
}

void PgStore::pause(std::string_view queue) {
  check_name("queue", queue, impl_->config.limits.name_bytes_max);
  impl_->pause(queue, true);
}

void PgStore::resume_queue(std::string_view queue) {
  impl_->pause(queue, false);
}

bool PgStore::is_paused(std::string_view queue) {
  return impl_->at_desk([&](auto& desk) { return desk.is_paused(queue); });
}

// Piece by piece, so that the calls of other threads get their turn between.
std::uint32_t PgStore::delete_completed(UnixTime older_than) {
  std::uint32_t deleted = 0;
  std::int64_t after_id = 0;
  for (bool at_end = false; !at_end;)
    deleted += impl_->at_desk(
      [&](auto& desk) { return desk.delete_completed(older_than, after_id, at_end); });
  return deleted;
}

// --- what the actors and operators use ---------------------------------------

BatchResult PgStore::apply(Batch& batch) {
  return impl_->turn(batch, node_id());
}

std::optional<BatchResult> PgStore::begin_turn(Batch& batch) {
  return impl_->begin(batch);
}

std::optional<BatchResult> PgStore::end_turn() {
  return impl_->end();
}

std::int64_t PgStore::node_id() {
  return impl_->presence.node();
}

UnixTime PgStore::now() {
  return impl_->now();
}

std::optional<Job> PgStore::get(std::int64_t id) {
  return impl_->at_desk([&](auto& desk) { return desk.get(id); });
}

std::vector<Job> PgStore::list(const JobFilter& filter, const Page& page) {
  return impl_->at_desk([&](auto& desk) { return desk.list(filter, page); });
}

std::vector<QueueCount> PgStore::counts() {
  return impl_->at_desk([&](auto& desk) { return desk.counts(); });
}

std::vector<QueueSettings> PgStore::settings() {
  return impl_->at_desk([&](auto& desk) { return desk.settings(); });
}

Change PgStore::retry(std::int64_t id) {
  return change_all(ChangeKind::retry, {id}).front();
}

Change PgStore::cancel(std::int64_t id) {
  return change_all(ChangeKind::cancel, {id}).front();
}

Change PgStore::remove(std::int64_t id) {
  return change_all(ChangeKind::remove, {id}).front();
}

std::vector<Change> PgStore::change_all(ChangeKind kind, const std::vector<std::int64_t>& ids) {
  auto changes = impl_->at_desk([&](auto& desk) { return desk.change_all(kind, ids, now()); });
  impl_->tell(changes);
  return changes;
}

std::vector<Job> PgStore::get_all(const std::vector<std::int64_t>& ids) {
  return impl_->at_desk([&](auto& desk) { return desk.get_all(ids); });
}

std::vector<Claim> PgStore::open_claims(std::string_view queue) {
  return open_claims_of({std::string{queue}}).front();
}

/// What a turn in doubt has claimed is handed back, not one that nobody answers for.
std::vector<std::vector<Claim>> PgStore::open_claims_of(const std::vector<std::string>& queues) {
  impl_->shared_turns.settle_doubts();
  return impl_->at_desk([&](auto& desk) { return desk.open_claims(queues, node_id()); });
}

std::vector<Claim> PgStore::adopt(const std::vector<Claim>& claims) {
  return impl_->at_desk([&](auto& desk) { return desk.adopt(claims, node_id()); });
}

std::vector<Job> PgStore::rescue_dead_owners() {
  const auto seen = impl_->watch.dead_nodes();
  // Some may be back by now; the others must not come back while they are rescued.
  const auto nodes = seen.empty() ? std::vector<std::int64_t>{} : impl_->shared_turns.give_up(seen);
  std::vector<Job> rescued;
  for (;;) {
    const auto lost = impl_->at_desk([&](auto& desk) { return desk.executions_of_dead(nodes); });
    const auto ended = lost.empty() ? std::vector<std::int64_t>{} : impl_->rescue(lost, "");
    if (ended.empty()) // what is left can only be tried again later
      break;
    auto jobs = impl_->at_desk([&](auto& desk) { return desk.get_all(ended); });
    std::move(jobs.begin(), jobs.end(), std::back_inserter(rescued));
  }
  if (!nodes.empty())
    impl_->at_desk([&](auto& desk) { desk.remove_nodes(nodes); });
  impl_->watch.settled(seen);
  return rescued;
}

std::optional<UnixTime> PgStore::last_tick(std::string_view entry) {
  return impl_->at_desk([&](auto& desk) { return desk.last_tick(entry); });
}

UnixTime PgStore::cron_since(std::string_view entry, UnixTime begin) {
  return impl_->at_desk([&](auto& desk) { return desk.cron_since(entry, begin); });
}

void PgStore::set_cron_paused(std::string_view entry, bool paused) {
  impl_->at_desk([&](auto& desk) { desk.set_cron_paused(entry, paused, now()); });
}

bool PgStore::is_cron_paused(std::string_view entry) {
  return impl_->at_desk([&](auto& desk) { return desk.is_cron_paused(entry); });
}

std::uint32_t PgStore::prune(const PrunePolicy& policy, std::uint32_t limit) {
  return impl_->at_desk([&](auto& desk) { return desk.prune(policy, limit, now()); });
}

std::vector<NodeRecord> PgStore::nodes() {
  return impl_->at_desk([](auto& desk) { return desk.nodes(); });
}

void PgStore::describe_node(const NodeDescription& description) {
  impl_->at_desk([&](auto& desk) { desk.describe_node(node_id(), description); });
}

bool PgStore::is_in_touch() const noexcept {
  return impl_->watch.is_in_touch();
}

void PgStore::look_again() {
  impl_->look_everywhere();
}

void PgStore::on_signal(StoreSignalHandler handler) {
  impl_->watch.on_signal(std::move(handler));
}

} // namespace zzz_jobs
